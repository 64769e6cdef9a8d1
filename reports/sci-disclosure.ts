import type { EnergyReport, Impact } from '../core/model/energy.ts';
import type { ReportModel } from '../core/model/report.ts';
import {
  fewRoundsText,
  layersOfUnit,
  methodWords,
  meterLine,
  publishable,
  sciText,
  technologyName,
  unitText,
  unmeasuredTexts,
  voidText,
  withMethod,
} from './energy.ts';
import { unitOf } from '../results/carbon/below-limit.ts';
import { bandText, significant } from './format.ts';
import { boundaryPoints } from './sci-boundary.ts';
import { sentence } from './words.ts';

/** A part of the disclosure: words, points, and at most one table. Markdown and the page show the same parts. */
export interface DisclosurePart {
  readonly id: string;
  readonly heading: string;
  readonly texts: readonly string[];
  readonly points: readonly (readonly [term: string, text: string])[];
  readonly table?: { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

const OPEN = 'to be filled in by the publisher';

/**
 * Everything the Green Software Foundation's SCI report asks for, and what a reader needs to judge it: method of every component, uncertainty, boundary,
 * coefficients. Undefined where the run has no figure of energy or carbon.
 */
export function sciDisclosure(model: ReportModel): readonly DisclosurePart[] | undefined {
  const { energy } = model;
  if (energy.impacts.length === 0) return undefined;
  const few = fewRoundsText(energy.units);
  return [
    {
      id: 'scores',
      heading: 'Scores and their components',
      texts: [...SCORE_TEXTS, ...(few === undefined ? [] : [few]), ...unmeasuredTexts(energy)],
      points: [],
      table: scoreTable(model),
    },
    { id: 'who', heading: 'Application and accountability', texts: [], points: whoPoints(model) },
    { id: 'unit', heading: 'Functional units', texts: [], points: unitPoints(energy.impacts) },
    {
      id: 'method',
      heading: 'Evidence of every component',
      texts: METHOD_TEXTS,
      points: evidencePoints(energy),
      table: evidenceTable(energy),
    },
    { id: 'coefficients', heading: 'Coefficients', texts: [], points: [], table: coefficientTable(energy) },
    { id: 'boundary', heading: 'Boundary', texts: [], points: boundaryPoints(model) },
    { id: 'summary', heading: 'Summary and insights', texts: spreadTexts(energy), points: [] },
  ];
}

const SCORE_TEXTS = [
  'SCI = ((E·I) + M) per R (ISO/IEC 21031:2024). Central value with its band: all low ends together to all high ends together. Scores of different methods are not comparable.',
  'This is not a corporate greenhouse-gas inventory, and no product comparison in the sense of a life-cycle standard. As an input to one: electricity of a host of your own is Scope 2, of a cloud provider Scope 3; the making of the host is Scope 3.',
];

function scoreTable(model: ReportModel): NonNullable<DisclosurePart['table']> {
  const { energy } = model;
  return {
    titles: ['Technology', 'Rung, cache state', 'Per', 'Method', 'n', 'SCI, CO2e', 'Operational E·I', 'Embodied M', 'E, kWh'],
    rows: withMethod(energy.impacts).map((impact) => {
      const shown = 'sciG' in publishable(energy, impact);
      const unit = unitOf(energy, impact);
      const { operationalG, embodiedG, energyKwh } = impact;
      return [
        technologyName(impact),
        layersOfUnit(model, impact, unit),
        unitText(impact.unit, impact.per),
        methodWords(impact.method).word,
        String(unit?.n ?? 0),
        sciText(energy, impact),
        shown && operationalG ? bandText(operationalG, 'g') : 'not known',
        shown && embodiedG ? bandText(embodiedG, 'g') : 'not known',
        shown && energyKwh
          ? `${significant(energyKwh.central)} [${significant(energyKwh.low)}–${significant(energyKwh.high)}]`
          : 'not known',
      ];
    }),
  };
}

function whoPoints({ manifest, energy: { assumptions } }: ReportModel): [string, string][] {
  const said = (key: 'application' | 'applicationVersion' | 'organisation' | 'accountablePerson' | 'contact'): string =>
    assumptions[key] ?? OPEN;
  const { version, commit } = manifest.suite;
  return [
    ['Application', said('application')],
    ['Version', said('applicationVersion')],
    ['Organisation', said('organisation')],
    ['Accountable person', said('accountablePerson')],
    ['Contact', said('contact')],
    ['Measured', `${manifest.startedAt} to ${manifest.endedAt ?? 'not ended'}`],
    ['Manifest', `${manifest.runId}.impact-framework.yaml beside this file; the numbers are in the record of the run ${manifest.runId}`],
    [
      'Measured with',
      `thirdwave ${version}${commit === undefined ? '' : `, commit ${commit}`}${manifest.suite.dirty ? ', with uncommitted changes' : ''}`,
    ],
  ];
}

const RATIONALE: Readonly<Record<Impact['unit'], string>> = {
  'cold-start': 'what scale-to-zero pays for a request that finds no instance',
  operation: 'one request to an instance that lives: the work itself, in thousands because one is too little to read',
  'instance-hour-idle': 'what keep-warm pays for an instance that waits for an hour',
};

function unitPoints(impacts: readonly Impact[]): [string, string][] {
  const named = new Map(impacts.map(({ unit, per }) => [unit, unitText(unit, per)]));
  return [...named].map(([unit, text]) => [text, sentence(RATIONALE[unit])]);
}

/** What a reader must know before reading differences into modelled rows (docs/energy.md). */
const LINEAR_TEXT =
  'Modelled watts rise in a straight line from idle to full load. At low load a busy thread may cost up to three times what the line says, so the modelled dynamic energy of a quiet host is too low rather than too high. Where the share of the host is that of CPU time, the idle part and M are CPU-seconds × constants too.';

const METHOD_TEXTS = [
  'Energy by the method in the table; embodied carbon and grid intensity are always coefficients, never measured here.',
  LINEAR_TEXT,
];

function evidencePoints(energy: EnergyReport): [string, string][] {
  const methods = [...new Set(withMethod(energy.impacts).map(({ method }) => method))];
  const voided = voidText(energy);
  return [
    ...methods.map((method): [string, string] => [methodWords(method).word, sentence(methodWords(method).meaning)]),
    ...energy.meters.map((meter): [string, string] => [
      `Meter ${meter.meter}`,
      [
        meterLine(meter),
        ...meter.warnings,
        ...meter.zones.map(({ zone, name, domain, counted }) => `${zone} = ${name} (${domain}), ${counted ? 'counted' : 'not counted'}`),
      ].join('; '),
    ]),
    ...(voided === '' ? [] : [['Void blocks', voided] as [string, string]]),
  ];
}

function evidenceTable(energy: EnergyReport): NonNullable<DisclosurePart['table']> {
  return {
    titles: [
      'Technology',
      'Per',
      'Method of E',
      'Dynamic E',
      'Idle share of E',
      'Lasts, s',
      'RR/ToR (share of the host)',
      'From',
      'n',
      'Note',
    ],
    rows: withMethod(energy.impacts).flatMap((impact) => {
      const unit = unitOf(energy, impact);
      if (!unit) return [];
      const { dynamicJ, idleJ, durationS, share, n, note } = unit;
      return [
        [
          technologyName(impact),
          unitText(impact.unit),
          methodWords(impact.method).word,
          dynamicJ ? bandText(dynamicJ, 'J') : 'not known',
          idleJ ? bandText(idleJ, 'J') : 'not known',
          durationS === undefined ? 'not known' : significant(durationS),
          share ? significant(share.central) : 'not known',
          share?.from ?? 'not known',
          String(n),
          note ?? 'none',
        ],
      ];
    }),
  };
}

function coefficientTable({ coefficients }: EnergyReport): NonNullable<DisclosurePart['table']> {
  return {
    titles: ['Name', 'Description', 'Value', 'Unit', 'Year', 'Source', 'Licence', 'Chosen by', 'Age'],
    rows: coefficients.map(({ id, title, low, central, high, unit, year, source, licence, chosen, stale }) => [
      id,
      title,
      low === high ? significant(central) : `${significant(central)} [${significant(low)}–${significant(high)}]`,
      unit,
      String(year),
      source,
      licence,
      chosen,
      stale === undefined ? 'within its limit' : `stale: ${stale}`,
    ]),
  };
}

/** The spread of each unit and method in a sentence: nothing across methods, and no order of modelled figures (docs/energy.md). */
function spreadTexts(energy: EnergyReport): string[] {
  const known = energy.impacts.flatMap((impact) => {
    const found = publishable(energy, impact);
    return 'sciG' in found && impact.emulated !== true ? [{ impact, sciG: found.sciG }] : [];
  });
  const keys = [...new Set(known.map(({ impact }) => `${impact.unit} ${impact.method}`))];
  const texts = keys.flatMap((key) => {
    const mine = known
      .filter(({ impact }) => `${impact.unit} ${impact.method}` === key)
      .toSorted((a, b) => a.sciG.central - b.sciG.central);
    const [least, most] = [mine[0], mine.at(-1)];
    if (!least || !most) return [];
    const { unit, per, method } = least.impact;
    const head = `Per ${unitText(unit, per)}, ${methodWords(method).word}:`;
    if (mine.length === 1) return [`${head} ${bandText(least.sciG, 'g')} (${technologyName(least.impact)}).`];
    const span = [least, most].map(
      ({ impact, sciG }) => `${bandText(sciG, 'g')}${method === 'modelled' ? '' : ` (${technologyName(impact)})`}`,
    );
    const apart = most.sciG.low > least.sciG.high ? 'Their bands do not overlap.' : 'Their bands overlap: the order is not certain.';
    const judged = method === 'modelled' ? 'No ranking follows from a model: compare their CPU time and memory.' : apart;
    return [`${head} ${mine.length} technologies and workloads, from ${span.join(' to ')}. ${judged}`];
  });
  return texts.length === 0 ? ['No score could be given; the reasons stand in the tables above.'] : texts;
}

/** The disclosure as a Markdown file; undefined where there is none. */
export function sciMarkdown(model: ReportModel): string | undefined {
  const parts = sciDisclosure(model);
  if (!parts) return undefined;
  const blocks = parts.flatMap(({ heading, texts, points, table }) => [
    `## ${heading}`,
    ...texts.map(inline),
    ...(points.length > 0 ? [points.map(([term, text]) => `- **${inline(term)}**: ${inline(text)}`).join('\n')] : []),
    ...(table
      ? [[table.titles, table.titles.map(() => '---'), ...table.rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')]
      : []),
  ]);
  return `${[`# Software Carbon Intensity of run ${inline(model.manifest.runId)}`, ...blocks].join('\n\n')}\n`;
}

/** One line of text in which nothing is markup. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#]/g, String.raw`\$&`);
}

function cell(text: string): string {
  return text === '---' ? text : inline(text).replaceAll('|', String.raw`\|`);
}
