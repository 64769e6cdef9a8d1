import { counted } from '../../format.ts';
import type { View } from '../../view.ts';
import { durationText } from '../../words.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

/** The commands that measure the same again, or rebuild these numbers from the same record. */
export function reproduce(view: View): Section {
  const { manifest, seed } = view.model;
  const { suite, runId } = manifest;
  const folder = `results/runs/${runId}`;
  const body = html`<p>
      Commit <code>${suite.commit}</code>${suite.dirty ? ' with uncommitted changes' : ''}, thirdwave ${suite.version}, Node
      ${suite.node.replace(/^v/, '')}, seed <code>${seed}</code>, configuration <code>${manifest.configHash}</code>.
    </p>
    <dl>
      <div>
        <dt>As it was called</dt>
        <dd><code>thirdwave ${manifest.argv.map(quoted).join(' ')}</code></dd>
      </div>
      <div>
        <dt>Measure exactly this plan again</dt>
        <dd><code>thirdwave run ${folder}/plan.json</code></dd>
      </div>
      <div>
        <dt>Rebuild samples, summaries and verdicts from the record</dt>
        <dd><code>thirdwave derive ${runId}</code></dd>
      </div>
      <div>
        <dt>Rebuild this page</dt>
        <dd><code>thirdwave report ${runId}</code></dd>
      </div>
    </dl>
    ${durationText(manifest)} ${files(view)}`;
  return { id: 'reproduce', title: 'How to reproduce', body, charts: [] };
}

function files({ model: { manifest } }: View): Markup {
  const entries = Object.entries(manifest.files);
  if (entries.length === 0) return html`<p>The record files have no digests: the run did not end by itself.</p>`;
  return html`<details>
    <summary>SHA-256 of ${counted(entries.length, 'record file')}</summary>
    <dl>
      ${entries.map(
        ([name, digest]) =>
          html`<div>
            <dt><code>${name}</code></dt>
            <dd><code>${digest}</code></dd>
          </div> `,
      )}
    </dl>
  </details>`;
}

/** One argument as a POSIX shell reads it back. */
function quoted(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
