import { expect, test } from 'vitest';
import { hostEmbodied } from '../results/carbon/host-embodied.ts';
import { coefficientOf } from '../results/carbon/derive-energy.ts';
import { hostCpuOf } from '../results/carbon/host-cpu.ts';
import { NO_ENERGY } from '../core/model/energy.ts';
import type { ReportModel } from '../core/model/report.ts';
import { impactFramework } from './impact-framework.ts';
import { sciMarkdown } from './sci-disclosure.ts';
import { sampleEnergy } from './testing/sample-energy.ts';
import { sampleModel } from './testing/sample-model.ts';

const model = sampleModel();
const text = sciMarkdown(model) ?? '';

test('the disclosure has every point of the checklist', () => {
  for (const point of [
    '# Software Carbon Intensity of run',
    '| Technology | Rung, cache state | Per | Method | n | SCI, CO2e | Operational E·I | Embodied M | E, kWh |',
    '- **Application**: converter',
    '- **Version**: 1.4.2',
    '- **Organisation**: Example | Sons',
    '- **Accountable person**: to be filled in by the publisher',
    '- **Contact**: to be filled in by the publisher',
    '- **Measured**: 2026-11-24T03:52:10.000Z to 2026-11-24T03:55:31.000Z',
    `${model.manifest.runId}.impact-framework.yaml`,
    '| Name | Description | Value | Unit | Year | Source | Licence | Chosen by | Age |',
    '- **1,000 operations**: One request to an instance that lives',
    'kernel: Linux 6.1.0',
    'cpu model: AMD EPYC 9R14',
    'turbo: not known (the hypervisor does not show it)',
    'intel-rapl:0 = package-0 (package), counted',
    '- **PUE**: not applied (1)',
    '- **Excluded**: Network',
    'not a corporate greenhouse-gas inventory',
    'Scope 2, of a cloud provider Scope 3',
    'stale: the figure is of 2024',
  ])
    expect(text).toContain(point);
});

test('every score stands with its method and band, one below the detection limit with the reason', () => {
  const rows = text.split('\n').filter((line) => /^. container.runc-scratch noop . docker-engine, [a-z-]+ . cold start ./.test(line));
  expect(rows[0]).toContain('| measured (RAPL) | 10 | 48.6 µg \\[31.3–98.5\\] |');
  expect(rows[1]).toContain('| modelled | 10 | 45.0 µg \\[24.1–138\\] |');
  expect(text).toMatch(
    /process\/native noop \| host-process, .*\| 1,000 operations \| measured \(RAPL\) \| 10 \| not known: the meter cannot tell/,
  );
});

test('no text of the record becomes markup or breaks a table', () => {
  const evil = '<img src=x>|`a`\n# b';
  const [first, ...rest] = model.energy.coefficients;
  const hostile: ReportModel = { ...model, energy: { ...model.energy, coefficients: [{ ...first!, title: evil }, ...rest] } };
  const made = sciMarkdown(hostile) ?? '';
  expect(made).toContain(String.raw`| \<img src=x\>\|\`a\` \# b |`);
  expect(made.split('\n')).toHaveLength(text.split('\n').length);
});

test('where there is no figure there is no file, and where there is none to publish the reasons are in it', () => {
  expect(sciMarkdown({ ...model, energy: NO_ENERGY })).toBeUndefined();
  const none = { ...model, energy: sampleEnergy('unavailable') };
  expect(sciMarkdown(none)).toContain('No score could be given');
  expect(impactFramework(none)).toEqual({
    text: undefined,
    left: expect.arrayContaining([{ name: expect.any(String), because: 'no CPU time is on record' }]),
  });
});

test('the manifest leaves out what may not be published, and says so', () => {
  const { text: manifest = '', left } = impactFramework(model);
  const name = 'process/native/noop/operation/rapl';
  expect(left).toContainEqual({ name, because: expect.stringMatching(/^the meter cannot tell/) });
  expect(manifest).toMatch(/^# left out, 1 figure: the meter cannot tell .* \(process\/native\/noop\/operation\/rapl\)$/m);
  for (const [, seconds] of manifest.matchAll(/duration: (.+)/g)) expect(Number(seconds)).toBeGreaterThanOrEqual(1);
});

test('R = 0 is refused before the export', () => {
  const impacts = model.energy.impacts.map((impact, index) => (index === 2 ? { ...impact, per: 0 } : impact));
  expect(() => impactFramework({ ...model, energy: { ...model.energy, impacts } })).toThrow(
    expect.objectContaining({ code: 'no-functional-units' }),
  );
});

test('a guest’s part of the server stands in the formula with the kilograms the figures are computed from, and is not there with --embodied', () => {
  const { host } = model.manifest;
  const facts = { ...host.facts, hypervisor: { value: true }, cpu_count: { value: 2 }, virtualisation: { unavailable: 'nobody names it' } };
  const manifest = { ...model.manifest, host: { ...host, facts } };
  const { hostKg, entries } = hostEmbodied({}, hostCpuOf(manifest.host), 2026);
  const others = model.energy.coefficients.filter(({ id }) => !id.startsWith('embodied'));
  const coefficients = [...others, ...entries.map((entry) => coefficientOf(entry, 2026))];
  const guest: ReportModel = { ...model, manifest, energy: { ...model.energy, coefficients } };
  const made = sciMarkdown(guest) ?? '';
  expect(made).toContain('M = TE · (threads of this guest ÷ threads of the server) · (TiR ÷ EL) · (RR ÷ ToR)');
  expect(made).toContain(String.raw`This guest has 2 of 96.0 \[64.0–384\] threads: ${hostKg.central.toFixed(1)} \[`);
  expect(made).toContain('the host is a virtual machine');
  expect(made).not.toContain('virtualisation: not known');
  expect(impactFramework(guest).text).toContain('server-threads: ');
  const given: ReportModel = { ...model, energy: { ...model.energy, assumptions: { embodiedKg: 25 } } };
  expect(sciMarkdown(given)).toContain('M = TE · (TiR ÷ EL) · (RR ÷ ToR)');
});

test('what ran in emulation is not exported, and its reason stands once with the number of figures', () => {
  const impacts = model.energy.impacts.map((impact) => (impact.runner === 'container' ? { ...impact, emulated: true as const } : impact));
  const { text: manifest = '' } = impactFramework({ ...model, energy: { ...model.energy, impacts } });
  const names = impacts.filter(({ runner }) => runner === 'container');
  expect(names.length).toBeGreaterThan(2);
  expect(manifest).toMatch(new RegExp(`^# left out, ${names.length} figures: it ran in emulation`, 'm'));
  expect(manifest).not.toContain('    container/runc-scratch/');
});
