import { describe, expect, it } from 'vitest';
import { taskPhases } from './phases.ts';

const STAMPS = { t0: 100, snapshot: 110, container: 120, task: 150, started: 170 };
const ENDS = { firstByteNs: 180, exitNs: 200, runtimeLayer: 'oci-runtime', trace: [] } as const;

describe('the phases of a task', () => {
  it('follow each other from t0 to the exit, each with the layer that spends it', () => {
    const phases = taskPhases(STAMPS, ENDS);
    expect(phases.map(({ phase, layer }) => [phase, layer])).toEqual([
      ['snapshot', 'containerd'],
      ['container', 'containerd'],
      ['task-create', 'shim'],
      ['task-start', 'oci-runtime'],
      ['first-byte', 'program'],
      ['exit', 'containerd'],
    ]);
    expect(phases.map(({ startNs }) => startNs)).toEqual([100, 110, 120, 150, 170, 180]);
    expect(phases.map(({ endNs }) => endNs)).toEqual([110, 120, 150, 170, 180, 200]);
  });

  it('end the start with the first byte where that comes before containerd’s answer', () => {
    const phases = taskPhases(STAMPS, { ...ENDS, firstByteNs: 160 });
    expect(phases.slice(3).map(({ phase, endNs }) => [phase, endNs])).toEqual([
      ['task-start', 160],
      ['first-byte', 160],
      ['exit', 200],
    ]);
  });

  it('take what a shim tells of itself instead of the start call, and nothing for a program that is silent', () => {
    const trace = [
      { name: 'engine-start', layer: 'engine-api', atNs: 130 },
      { name: 'load', layer: 'wasm-engine', atNs: 140 },
      { name: 'instantiate', layer: 'wasm-engine', atNs: 165 },
    ];
    const phases = taskPhases(STAMPS, { ...ENDS, trace });
    expect(phases.map(({ phase, layer }) => `${phase} ${layer}`).slice(2)).toEqual([
      'task-create containerd',
      'load wasm-engine',
      'instantiate wasm-engine',
      'first-byte program',
      'exit containerd',
    ]);
    for (const [index, phase] of phases.slice(1).entries()) expect(phase.startNs).toBe(phases[index]?.endNs);
    expect(taskPhases(STAMPS, { ...ENDS, firstByteNs: undefined }).map(({ phase }) => phase)).not.toContain('first-byte');
  });
});
