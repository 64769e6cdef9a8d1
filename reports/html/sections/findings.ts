import { type Finding, findings } from '../../findings.ts';
import type { View } from '../../view.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

/** Cold starts and what one more instance costs, in sentences. */
export function findingsSection(view: View): Section | undefined {
  const groups = findings(view);
  if (groups.length === 0) return undefined;
  const body = html`<p>
      Medians, and slopes of memory over the number of instances, with 95 % confidence intervals; ratios are paired by round. In the order
      of the cold-start ladder, not a ranking: a lower rung leaves out the layers above it.
    </p>
    <div class="columns">
      ${groups.map(
        (group) =>
          html`<div>
            <h3>${group.title}</h3>
            <ul class="findings">
              ${group.findings.map(item)}
            </ul>
          </div> `,
      )}
    </div>`;
  return { id: 'findings', title: 'Findings', body, charts: [] };
}

function item({ name, rung, strong, rest }: Finding): Markup {
  return html`<li>${name} <span class="rung">${rung}</span>: <strong>${strong}</strong>${rest}</li> `;
}
