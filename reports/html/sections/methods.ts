import { CacheState, Rung } from '../../../core/model/vocabulary.ts';
import { counted, percent } from '../../format.ts';
import type { Metric, View } from '../../view.ts';
import { sentence } from '../../words.ts';
import { CACHE_STATES, ENERGY, MARKS, RUNGS, STATISTICS } from '../methods-text.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

/** How it was measured, in the definitions in force for this run. */
export function methods(view: View): Section {
  const { model } = view;
  const rungs = Rung.options.filter((rung) => model.cells.some((cell) => cell.rung === rung));
  const states = CacheState.options.filter((state) => model.cells.some((cell) => cell.cacheState === state));
  const body = html`<h3>Marks</h3>
    <p>All on the host's monotonic clock.</p>
    ${definitions(MARKS)}
    <h3>The cold-start ladder</h3>
    <p>What stands between the launch call and the first byte. Values of different rungs stand together only with their rung named.</p>
    ${definitions(rungs.map((rung) => [rung, RUNGS[rung]]))}
    <h3>Cache states</h3>
    ${definitions(states.map((state) => [state, CACHE_STATES[state]]))}
    <h3>Statistics</h3>
    <ul>
      ${STATISTICS.map((text) => html`<li>${text}</li>`)}
    </ul>
    ${
      model.energy.units.length > 0 &&
      html`<h3>Energy and carbon</h3>
        <ul>
          ${ENERGY.map((text) => html`<li>${text}</li>`)}
        </ul>`
    }
    <h3>Rounds of each scenario</h3>
    ${definitions(model.scenarios.map((rules) => [rules.scenario, roundsOf(view, rules.scenario)]))}
    <h3>Metrics</h3>
    ${definitions(model.metrics.map(metricDefinition))}`;
  return { id: 'methods', title: 'Methods', body, charts: [] };
}

function roundsOf(view: View, scenario: string): string {
  const rules = view.model.scenarios.find((candidate) => candidate.scenario === scenario);
  const stop = view.model.manifest.stops.find((candidate) => candidate.scenario === scenario);
  const planned = !rules
    ? ''
    : rules.minRounds === rules.maxRounds
      ? `${counted(rules.maxRounds, 'round')} planned`
      : `${rules.minRounds} to ${rules.maxRounds} rounds planned`;
  const target = rules?.targetHalfWidth === undefined ? '' : `, enough once every ratio is known to ±${percent(rules.targetHalfWidth)}`;
  const ended = stop ? `; ended after ${counted(stop.rounds, 'round')}: ${stop.because}` : '; the record does not say why it ended';
  return `${planned}${target}${ended}`;
}

function metricDefinition({ title, id, definition, unit, better }: Metric): [string, string] {
  return [`${title} (${id})`, `${sentence(definition)} ${unitText(unit)}, ${betterText(better)}.`];
}

function definitions(list: readonly (readonly [term: string, definition: string])[]): Markup {
  return html`<dl>
    ${list.map(
      ([term, definition]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${definition}</dd>
        </div> `,
    )}
  </dl>`;
}

function unitText(unit: Metric['unit']): string {
  return unit === '1' ? 'A plain number' : `Unit ${unit}`;
}

function betterText(better: Metric['better']): string {
  return better === 'neither' ? 'a fact, neither direction is better' : `${better} is better`;
}
