import { counted } from '../format.ts';
import type { View } from '../view.ts';
import { hostLine, runWarnings } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** What was asked, of which run, on which host, and whether the run can be trusted as a whole. */
export function header(view: View): Markup {
  const { manifest, scenarios } = view.model;
  const rounds = scenarios.map(({ scenario }) => {
    const stop = manifest.stops.find((candidate) => candidate.scenario === scenario);
    return `${scenario} ${stop ? counted(stop.rounds, 'round') : 'not finished'}`;
  });
  const warnings = runWarnings(view.model);
  return html`<header>
    <p class="brand">thirdwave</p>
    <h1>What one program costs, by technology</h1>
    <ul class="questions">
      ${scenarios.map(({ question }) => html`<li>${question}</li>`)}
    </ul>
    ${warnings.map(
      (text) =>
        html`<p class="banner" role="note">
          <strong><span aria-hidden="true">⚠</span> Caution.</strong> ${text}
        </p> `,
    )}
    <dl class="facts head">
      <div>
        <dt>Run</dt>
        <dd>${manifest.runId}</dd>
      </div>
      <div>
        <dt>Date</dt>
        <dd><time datetime="${manifest.startedAt}">${dateText(manifest.startedAt)}</time></dd>
      </div>
      <div>
        <dt>Status</dt>
        <dd>${manifest.status}</dd>
      </div>
      <div>
        <dt>Rounds</dt>
        <dd>${rounds.join(', ')}</dd>
      </div>
      <div>
        <dt>Cells</dt>
        <dd>${view.model.cells.length} measured, ${view.model.skipped.length} skipped</dd>
      </div>
      <div>
        <dt>Host</dt>
        <dd>${hostLine(manifest)}</dd>
      </div>
    </dl>
  </header>`;
}

/** `2026-11-24T03:52:10.000Z` → `2026-11-24 03:52 UTC`. */
function dateText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} ${iso.endsWith('Z') ? 'UTC' : iso.slice(19)}`;
}
