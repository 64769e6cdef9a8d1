import type { Reconciliation } from '../../../core/model/density.ts';
import { cellsOfFleet, fleetTitle, rungOf, upTheLadder } from '../../fleets.ts';
import { percent } from '../../format.ts';
import { grouped, type View } from '../../view.ts';
import { sentence } from '../../words.ts';
import { withInterval } from '../fleet-table.ts';
import { html, type Markup, slug } from '../markup.ts';
import type { Section } from '../section.ts';
import { type DataTable, type Field, tableMarkup } from '../table.ts';

const STATUS: Readonly<Record<Reconciliation['status'], string>> = {
  agree: '✓ agree',
  differ: '✗ differ',
  unresolved: '? unresolved',
  incomplete: '… incomplete',
};

/** The same marginal cost from three sources that err differently. */
export function readings(view: View): Section | undefined {
  const list = upTheLadder(
    view,
    view.model.reconciliations.filter((row) => cellsOfFleet(view, row)[0]?.activity === 'hold'),
  );
  if (list.length === 0) return undefined;
  const panels = grouped(list, ({ scenario, workload, state }) => `${scenario} ${workload} ${state}`);
  const body = html`<p>
      The cost of one more instance, read in three ways that see different things. <em>Unreclaimable</em>: anonymous, shared and kernel
      memory of the control groups. <em>Σ PSS + kernel</em>: the anonymous and shared part of the processes’ proportional shares, plus
      kernel memory, which PSS leaves out. <em>Host</em>: what the whole machine has less available. They should agree within 10 %; where
      they do not, the residual is below the table.
    </p>
    ${[...panels.values()].map((panel) => html`${tableMarkup(tableOf(view, panel))} ${sentences(view, panel)}`)}`;
  return { id: 'readings', title: 'Three readings side by side', body, charts: [] };
}

function tableOf(view: View, list: readonly Reconciliation[]): DataTable {
  const [first] = list;
  const scope = first ? `${first.scenario}-${first.workload}-${first.state}` : '';
  return {
    id: `readings-${slug(scope)}-table`,
    caption: `Bytes per further instance, workload ${first?.workload ?? ''}, ${first?.state ?? ''}: all roles by three readings with 95 % confidence intervals, whose ends are in memory-fits.csv`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      { key: 'unreclaimable_b', title: 'Unreclaimable', numeric: true },
      { key: 'pss_plus_kernel_b', title: 'Σ PSS + kernel', numeric: true },
      { key: 'host_b', title: 'Host', numeric: true },
      { key: 'spread', title: 'Spread', numeric: true },
      { key: 'status', title: 'Status' },
    ],
    rows: list.map((row) => fields(view, row)),
  };
}

/** Beside the table, not in it: a sentence may be as long as its reason. */
function sentences(view: View, list: readonly Reconciliation[]): Markup {
  return html`<ul class="findings">
    ${list.map((row) => html`<li>${fleetTitle(view, row)} <span class="rung">${row.status}</span>: ${sentence(row.because)}</li> `)}
  </ul>`;
}

function fields(view: View, row: Reconciliation): Field[] {
  const { unreclaimable, pssPlusKernel, host, spread, status } = row;
  return [
    { text: fleetTitle(view, row) },
    { text: rungOf(view, row) },
    withInterval(unreclaimable, 'B', 'no line'),
    withInterval(pssPlusKernel, 'B', 'no line'),
    withInterval(host, 'B', 'no line'),
    spread === undefined ? { missing: 'incomplete' } : { value: spread, text: percent(spread) },
    { text: STATUS[status] },
  ];
}
