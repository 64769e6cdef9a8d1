import { counted } from '../../format.ts';
import type { View } from '../../view.ts';
import { html } from '../markup.ts';
import type { Section } from '../section.ts';

const KINDS = { failure: 'Failure', warning: 'Warning', record: 'Record' } as const;

/** Warnings and failures of the run, each with its count: none is left out. */
export function notes(view: View): Section {
  const list = view.model.notes;
  const body =
    list.length === 0
      ? html`<p>The run gave no warnings and no trial failed.</p>`
      : html`<ul class="notes">
          ${list.map(
            (note) =>
              html`<li><strong>${KINDS[note.kind]}</strong> <code>${note.code}</code>, ${counted(note.count, 'time')}: ${note.text}</li> `,
          )}
        </ul>`;
  return { id: 'notes', title: 'Warnings and failures', body, charts: [] };
}
