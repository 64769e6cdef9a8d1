import { describe, expect, it } from 'vitest';
import { containerPhases } from './container-phases.ts';

const stamps = { t0: 0, created: 10, attached: 15, started: 100 };
const short = (phases: ReturnType<typeof containerPhases>) => phases.map(({ phase, startNs, endNs }) => [phase, startNs, endNs]);

describe('the phases of a container', () => {
  it('follow each other without a gap from t0 to t2', () => {
    const phases = containerPhases(stamps, { firstByteNs: 120, exitNs: 150, startLayer: 'oci-runtime', trace: [] });
    expect(short(phases)).toEqual([
      ['create', 0, 10],
      ['attach', 10, 15],
      ['start', 15, 100],
      ['first-byte', 100, 120],
      ['exit', 120, 150],
    ]);
  });

  it('end the start with a first byte that comes before the start call’s answer, or with the exit', () => {
    const early = containerPhases(stamps, { firstByteNs: 90, exitNs: 150, startLayer: 'shim', trace: [] });
    expect(short(early).slice(2)).toEqual([
      ['start', 15, 90],
      ['first-byte', 90, 90],
      ['exit', 90, 150],
    ]);
    const silent = containerPhases(stamps, { firstByteNs: undefined, exitNs: 80, startLayer: 'shim', trace: [] });
    expect(short(silent).slice(2)).toEqual([
      ['start', 15, 80],
      ['exit', 80, 80],
    ]);
  });

  it('show what a shim told of itself instead of one long start', () => {
    const trace = [
      { name: 'shim-spawn', layer: 'containerd', atNs: 40 },
      { name: 'sandbox', layer: 'shim', atNs: 80 },
      { name: 'late', layer: 'shim', atNs: 130 },
    ];
    const phases = containerPhases(stamps, { firstByteNs: 120, exitNs: 150, startLayer: 'shim', trace });
    expect(short(phases).slice(2)).toEqual([
      ['shim-spawn', 15, 40],
      ['sandbox', 40, 80],
      ['first-byte', 80, 120],
      ['exit', 120, 150],
    ]);
  });
});
