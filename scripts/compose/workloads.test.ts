import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../core/plan/scenario-file.ts';
import { loadScenarios } from './load-scenarios.ts';
import { resolveWorkload, workloadFacts } from './workloads.ts';
import { readToolbox } from '../setup/toolbox.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'workloads-')));
  await writeFile(join(folder, 'app'), '#!/bin/sh\necho up\n');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const yaml = (more: string): string =>
  `id: mine\nquestion: q\nactivity: hold\nworkloads: [{ id: app, binary: app, expect: { stdout: "up\\n" }${more} }]\n` +
  'cells: [{ runner: process }]\nrounds: { min: 1, max: 1 }\n';

describe('a program of the user', () => {
  it('can be held where it says how it stays, and cannot where it does not', async () => {
    const toolbox = await readToolbox(folder);
    const facts = async (more: string) => {
      await writeFile(join(folder, 'mine.yaml'), yaml(more));
      const [scenario] = await loadScenarios([join(folder, 'mine.yaml')]);
      if (!scenario) throw new Error('no scenario');
      const [fact] = await workloadFacts([scenario], toolbox);
      return { holdable: fact?.holdable, holdArgs: (await resolveWorkload(scenario, 'app', toolbox)).holdArgs };
    };
    expect(await facts('')).toEqual({ holdable: false, holdArgs: undefined });
    expect(await facts(', holdArgs: [--stay]')).toEqual({ holdable: true, holdArgs: ['--stay'] });
    expect(await facts(', holdArgs: []')).toEqual({ holdable: true, holdArgs: [] });
  });

  it('is refused where “holdArgs” is no list', () => {
    expect(() => parseScenario(yaml(', holdArgs: --stay'), 'mine.yaml')).toThrow(/mine\.yaml:4:\d+: workloads\[0\]\.holdArgs: /);
  });
});
