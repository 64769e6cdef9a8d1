import type { Verdict } from '../../../core/model/verdict.ts';
import { ratioTo } from '../../format.ts';
import type { View } from '../../view.ts';
import { foldPassed, referenceName, sentence, statusWord } from '../../words.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

const NO_CHECK = 'No check was judged: the record has too little for one.';

/** The suite's own checks and the scenarios' claims: word, sign and colour say the same. */
export function verdicts(view: View): Section {
  const checks = view.model.verdicts.filter((verdict) => verdict.kind === 'check');
  const claims = view.model.verdicts.filter((verdict) => verdict.kind === 'claim');
  const body = html`${group(view, 'Checks of the run itself', checks, NO_CHECK)}
  ${group(view, 'Claims of the scenarios', claims, 'The scenarios make no claims.')}`;
  return { id: 'verdicts', title: 'Verdicts', body, charts: [] };
}

function group(view: View, title: string, list: readonly Verdict[], none: string): Markup {
  if (list.length === 0) return html`<p class="quiet">${none}</p>`;
  const { shown, folded } = foldPassed(list);
  return html`<h3>${title}</h3>
    ${shown.length > 0 && listOf(view, shown)}
    ${
      folded.length > 0 &&
      html`<details>
        <summary>${folded.length} more, all passed<span class="visually-hidden">: ${title}</span></summary>
        ${listOf(view, folded)}
      </details>`
    }`;
}

function listOf(view: View, list: readonly Verdict[]): Markup {
  return html`<ul class="verdicts">
    ${list.map((verdict) => item(view, verdict))}
  </ul>`;
}

function item(view: View, { status, claim, because, evidence, scenario }: Verdict): Markup {
  const { sign, word } = statusWord(status);
  const ratio =
    evidence &&
    html` <span class="evidence">${ratioTo(evidence, referenceName(view, evidence.reference))}, ${evidence.pairs} pairs.</span>`;
  return html`<li class="verdict ${status}">
    <span class="status"><span aria-hidden="true">${sign}</span> ${word}</span>
    <span><strong>${claim}</strong> <span class="quiet">(${scenario})</span><br />${sentence(because)}${ratio}</span>
  </li> `;
}
