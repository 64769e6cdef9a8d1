import { stringify } from 'yaml';
import type { Coefficient, EnergyReport, Impact } from '../core/model/energy.ts';
import { BenchError } from '../core/model/error.ts';
import type { ReportModel } from '../core/model/report.ts';
import { unitOf } from '../results/carbon/below-limit.ts';
import { gridCoefficient, publishable, technologyName, unitText } from './energy.ts';
import { counted, significant } from './format.ts';
import { embodiedFormula } from './sci-boundary.ts';
import { grouped } from './view.ts';

/** The Sci plugin refuses observations shorter than this. */
const SHORTEST_S = 1;

const GRAMS = { unit: 'gCO2e', 'aggregation-method': { time: 'sum', component: 'sum' } } as const;
const KWH = { unit: 'kWh', 'aggregation-method': { time: 'sum', component: 'sum' } } as const;

/** A manifest, or why there is none; `left` are the figures that could not be exported, each with its reason. */
export interface ImpactFrameworkManifest {
  readonly text: string | undefined;
  readonly left: readonly LeftOut[];
}

export interface LeftOut {
  readonly name: string;
  readonly because: string;
}

interface Child {
  readonly name: string;
  readonly impact: Impact;
  readonly node: object;
}

/**
 * A manifest for the Green Software Foundation's Impact Framework (`if-run`, @grnsft/if 1.1.0), which computes every SCI of the report a second time: one child
 * per technology, unit and method; energy × grid intensity + embodied, ÷ functional units. Embodied carbon goes in as computed here, because its own plugin
 * charges 100 kg per vCPU (docs/energy.md).
 * @throws BenchError `no-functional-units` where R is not above 0: `if-run` would print the carbon itself as the score
 */
export function impactFramework(model: ReportModel): ImpactFrameworkManifest {
  const { energy } = model;
  const grid = gridCoefficient(energy);
  const found = energy.impacts.map((impact) => childOf(model, impact, grid));
  const children = found.filter((one) => 'node' in one);
  const left = found.filter((one) => 'because' in one);
  if (children.length === 0 || !grid) return { text: undefined, left };
  const document = {
    name: `thirdwave ${model.manifest.runId}`,
    description:
      'Software Carbon Intensity per functional unit; central values, the bands are in the SCI disclosure beside this file. ' +
      'The children are alternatives, not components: do not add them up.',
    tags: { kind: 'benchmark', complexity: 'simple', category: 'software' },
    initialize: { plugins: pluginsOf(energy, grid, children) },
    tree: { children: Object.fromEntries(children.map(({ name, node }) => [name, node])) },
  };
  const comment = [
    ` thirdwave ${model.manifest.suite.version}, run ${model.manifest.runId}. Compute: if-run -m <this file> -o <name>.yaml`,
    ' if-run ends with 0 even where it fails: only “execution.status: success” in its output counts.',
    ...leftTexts(left),
  ];
  return {
    text: `${comment.map((line) => `#${line.replaceAll(/\s+/g, ' ')}`).join('\n')}\n${stringify(document, { lineWidth: 0 })}`,
    left,
  };
}

/** `left out, 2 figures: <reason> (<names>)`: a reason that many share stands once. */
function leftTexts(left: readonly LeftOut[]): string[] {
  return [...grouped(left, ({ because }) => because)].map(
    ([because, list]) => ` left out, ${counted(list.length, 'figure')}: ${because} (${list.map(({ name }) => name).join(', ')})`,
  );
}

const EMULATED = 'it ran in emulation on this host: its CPU time is that of an imitated processor';

/** The child of an impact, or why it is not exported. */
function childOf({ energy, manifest }: ReportModel, impact: Impact, grid: Coefficient | undefined): Child | LeftOut {
  refuseZero(impact);
  const name = `${impact.runner}/${impact.variant}/${impact.workload}/${impact.unit}/${impact.method}`;
  const because = (text: string): LeftOut => ({ name, because: text });
  if (impact.emulated === true) return because(EMULATED);
  const found = publishable(energy, impact);
  if (!('sciG' in found)) return because(found.because);
  const durationS = unitOf(energy, impact)?.durationS;
  const { energyKwh, embodiedG, per } = impact;
  if (!grid) return because('the grid intensity is not in the report');
  if (!energyKwh || !embodiedG || durationS === undefined) return because('energy, embodied carbon or length of a unit is missing');
  if (energyKwh.central < 0) return because('its energy is below 0: the meter read less than at idle');
  const times = Math.max(1, Math.ceil(SHORTEST_S / (durationS * per)));
  const node = {
    pipeline: { compute: ['operational', 'carbon', sciPlugin(impact)] },
    defaults: { 'grid/carbon-intensity': grid.central },
    inputs: [
      {
        timestamp: manifest.startedAt,
        duration: durationS * per * times,
        'energy-method': impact.method,
        energy: energyKwh.central * times,
        'carbon-embodied': embodiedG.central * times,
        [unitParameter(impact)]: times,
      },
    ],
  };
  return { name, impact, node };
}

function refuseZero({ per, ...technology }: Impact): void {
  if (per > 0 && Number.isInteger(per)) return;
  throw new BenchError({
    code: 'no-functional-units',
    message: `${technologyName(technology)}: a carbon intensity per ${per} functional units does not exist`,
    remedy: 'SCI is a rate: its R must be a whole number above 0',
  });
}

/** R of one score. No digit: `if-run` takes a name that begins with one for arithmetic. */
function unitParameter({ unit, per }: Impact): string {
  return per === 1 ? unit : `${unit}-groups`;
}

function sciPlugin({ unit, per }: Impact): string {
  return `sci-per-${per === 1 ? '' : `${per}-`}${unit}`;
}

function pluginsOf(energy: EnergyReport, grid: Coefficient, children: readonly Child[]): object {
  const ofMaking = ({ id }: Coefficient): boolean => id.startsWith('embodied') || id === 'server-threads' || id.startsWith('lifetime');
  const embodied = energy.coefficients.filter(ofMaking).map(coefficientText);
  const energies = energy.coefficients.filter(({ id, unit }) => unit === 'W' || id === 'pue').map(coefficientText);
  const scores = new Map(children.map(({ impact }) => [sciPlugin(impact), impact]));
  return {
    operational: {
      path: 'builtin',
      method: 'Multiply',
      config: { 'input-parameters': ['energy', 'grid/carbon-intensity'], 'output-parameter': 'carbon-operational' },
      'parameter-metadata': {
        inputs: {
          energy: { ...KWH, description: ['E: energy of the observed units, by the method in energy-method', ...energies].join('; ') },
          'grid/carbon-intensity': {
            unit: 'gCO2e/kWh',
            description: `I: ${coefficientText(grid)}`,
            'aggregation-method': { time: 'avg', component: 'avg' },
          },
        },
        outputs: { 'carbon-operational': { ...GRAMS, description: 'E·I' } },
      },
    },
    carbon: {
      path: 'builtin',
      method: 'Sum',
      config: { 'input-parameters': ['carbon-operational', 'carbon-embodied'], 'output-parameter': 'carbon' },
      'parameter-metadata': {
        inputs: {
          'carbon-operational': { ...GRAMS, description: 'E·I' },
          'carbon-embodied': { ...GRAMS, description: [`${embodiedFormula(energy)}, EL in years of 8,760 h`, ...embodied].join('; ') },
        },
        outputs: { carbon: { ...GRAMS, description: 'E·I + M' } },
      },
    },
    ...Object.fromEntries([...scores].map(([name, impact]) => [name, scorePlugin(impact)])),
  };
}

function scorePlugin(impact: Impact): object {
  const parameter = unitParameter(impact);
  const description = `R: how many times ${unitText(impact.unit, impact.per)} the observation holds`;
  return {
    path: 'builtin',
    method: 'Sci',
    config: { 'functional-unit': parameter },
    'parameter-metadata': {
      inputs: {
        carbon: { ...GRAMS, description: 'E·I + M' },
        [parameter]: { unit: 'none', description, 'aggregation-method': { time: 'sum', component: 'sum' } },
      },
      outputs: {
        sci: {
          unit: 'gCO2e',
          description: `gCO2e per ${unitText(impact.unit, impact.per)}`,
          'aggregation-method': { time: 'avg', component: 'none' },
        },
      },
    },
  };
}

function coefficientText({ id, title, central, low, high, unit, year, source, licence }: Coefficient): string {
  return `${id}: ${title}, ${central} [${significant(low)}–${significant(high)}] ${unit}, ${year}, ${source} (${licence})`;
}
