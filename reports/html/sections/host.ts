import type { Fact } from '../../../core/model/manifest.ts';
import { median } from '../../../results/stats/quantile.ts';
import { quantity } from '../../format.ts';
import { fleetName, grouped, type View } from '../../view.ts';
import { okValues } from '../box.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';
import { type DataTable, tableMarkup } from '../table.ts';

/** The machine, what disturbed it, and byte-exact names of what was measured. */
export function host(view: View): Section {
  const { manifest } = view.model;
  const facts = Object.entries(manifest.host.facts).map(([name, fact]) => [name.replaceAll('_', ' '), factText(fact)] as const);
  const noise = noiseTable(view);
  const body = html`<p>
      Runs with the same host key ran on comparable hosts: <code>${manifest.host.key}</code> (over ${manifest.host.keyFields.join(', ')}).
    </p>
    <dl class="facts">
      ${facts.map(
        ([name, text]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${text}</dd>
          </div> `,
      )}
    </dl>
    ${
      noise &&
      html`<h3>The host during the trials</h3>
        ${tableMarkup(noise)}`
    }
    <h3>Versions and digests</h3>
    ${tableMarkup(artifactTable(view))}`;
  return { id: 'host', title: 'Host, versions, digests', body, charts: [] };
}

function factText(fact: Fact): string | Markup {
  return 'value' in fact ? String(fact.value) : html`<span class="missing">not known: ${fact.unavailable}</span>`;
}

function noiseTable(view: View): DataTable | undefined {
  const metrics = view.metrics('host_').map((metric) => {
    const samples = view.model.samples.filter((sample) => sample.metric === metric.id);
    const reason = samples.map(({ outcome }) => outcome).find((outcome) => outcome.status === 'unavailable');
    return {
      metric,
      values: okValues(samples),
      reason: reason?.status === 'unavailable' ? reason.reason : 'no reading in the record',
    };
  });
  if (metrics.length === 0) return undefined;
  return {
    id: 'host-noise-table',
    caption: 'Readings about the machine, over all trials',
    columns: [
      { key: 'metric', title: 'Reading' },
      { key: 'unit', title: 'Unit' },
      { key: 'median', title: 'Median', numeric: true },
      { key: 'max', title: 'Largest', numeric: true },
      { key: 'n', title: 'n', numeric: true },
    ],
    rows: metrics.map(({ metric, values, reason }) => {
      const largest = values.at(-1);
      const missing = { missing: `not measured: ${reason}` };
      return [
        { text: metric.title },
        { text: metric.unit },
        largest === undefined ? missing : { value: median(values), text: quantity(median(values), metric.unit) },
        largest === undefined ? missing : { value: largest, text: quantity(largest, metric.unit) },
        { value: values.length, text: String(values.length) },
      ];
    }),
  };
}

function artifactTable(view: View): DataTable {
  return {
    id: 'artifacts-table',
    caption: 'What was launched, by digest, and what it was made and run with',
    columns: [
      { key: 'cell', title: 'Cell' },
      { key: 'digest', title: 'Digest' },
      { key: 'versions', title: 'Versions' },
    ],
    rows: artifactsOnce(view).map(({ cell, digest, versions }) => [{ text: cell }, { text: digest }, { text: versions }]),
  };
}

/** The fleets of one technology and workload launch the same artifact: one row for all their sizes and states. */
function artifactsOnce(view: View): { readonly cell: string; readonly digest: string; readonly versions: string }[] {
  const named = view.model.manifest.artifacts.map(({ cell, digest, versions }) => ({
    cell: fleetName(cell),
    digest,
    versions:
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ') || 'none recorded',
  }));
  return [...grouped(named, (artifact) => JSON.stringify(artifact)).values()].flatMap((list) => list.slice(0, 1));
}
