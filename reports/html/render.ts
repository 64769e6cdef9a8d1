import type { ReportModel } from '../../core/model/report.ts';
import { viewOf } from '../view.ts';
import type { ChartData } from './chart-spec.ts';
import { header } from './header.ts';
import { html, island, type Markup, raw } from './markup.ts';
import type { Section, SectionBuilder } from './section.ts';
import { breakEven } from './sections/break-even.ts';
import { carbon } from './sections/carbon.ts';
import { coldStart } from './sections/cold-start.ts';
import { density } from './sections/density.ts';
import { differences } from './sections/differences.ts';
import { energy } from './sections/energy.ts';
import { findingsSection } from './sections/findings.ts';
import { further } from './sections/further.ts';
import { host } from './sections/host.ts';
import { imageSize } from './sections/image-size.ts';
import { memorySlope } from './sections/memory-slope.ts';
import { memory } from './sections/memory.ts';
import { methods } from './sections/methods.ts';
import { missing } from './sections/missing.ts';
import { notes } from './sections/notes.ts';
import { packing } from './sections/packing.ts';
import { phases } from './sections/phases.ts';
import { placing } from './sections/placing.ts';
import { readings } from './sections/readings.ts';
import { reproduce } from './sections/reproduce.ts';
import { disclosure } from './sections/sci-disclosure.ts';
import { startsUnderLoad } from './sections/starts-under-load.ts';
import { verdicts } from './sections/verdicts.ts';
import { warmLoops } from './sections/warm-loops.ts';

/**
 * The built browser side, with the SHA-256 of each (base64) for the content security policy: see build-
 * assets.ts.
 */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
  readonly scriptSha256: string;
  readonly styleSha256: string;
}

/** In the order of the page. A section is one file and one entry here. */
const SECTIONS: readonly SectionBuilder[] = [
  verdicts,
  findingsSection,
  coldStart,
  differences,
  phases,
  memory,
  memorySlope,
  readings,
  density,
  startsUnderLoad,
  packing,
  placing,
  imageSize,
  warmLoops,
  energy,
  carbon,
  breakEven,
  disclosure,
  further,
  missing,
  methods,
  host,
  notes,
  reproduce,
];

/**
 * One self-contained page: no request leaves it, and its policy forbids any script or style but the two
 * inlined ones.
 */
export function renderHtml(model: ReportModel, assets: ReportAssets): string {
  const view = viewOf(model);
  const sections = SECTIONS.flatMap((build) => build(view) ?? []);
  const { runId } = model.manifest;
  const data: ChartData = { runId, charts: sections.flatMap((section) => section.charts) };
  const policy =
    `default-src 'none'; script-src 'sha256-${assets.scriptSha256}'; style-src 'sha256-${assets.styleSha256}'; ` +
    `img-src data:; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>thirdwave ${runId}</title>
        ${verbatim('style', assets.style)}
      </head>
      <body>
        <a class="skip" href="#verdicts">Skip to the verdicts</a>
        ${header(view)}
        <nav aria-label="Sections">
          <ul>
            ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main>
          <noscript><p class="banner">Charts need JavaScript. Every number is in the data tables, which do not.</p></noscript>
          ${sections.map(sectionMarkup)}
        </main>
        <footer>thirdwave ${model.manifest.suite.version} · run ${runId}</footer>
        <script type="application/json" id="chart-data">
          ${island(data)}
        </script>
        ${verbatim('script', assets.script)}
      </body>
    </html> `;
  return page.markup;
}

/** An element whose content is hashed by the policy: not one blank may come between its tags. */
function verbatim(element: 'script' | 'style', content: string): Markup {
  return raw(`<${element}>${content}</${element}>`);
}

function sectionMarkup({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}
