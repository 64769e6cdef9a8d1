import { describe, expect, it } from 'vitest';
import { partsOf, VARIANTS } from './variants.ts';

describe('the variants of the container runner', () => {
  it('plan Docker’s own runtime, and crun beside it, where a scenario names none', () => {
    expect(VARIANTS.filter((variant) => variant.default).map((variant) => variant.id)).toEqual([
      'runc-scratch',
      'runc-debian',
      'crun-scratch',
      'runc-image',
    ]);
  });

  it('set the network up as Docker does, unless their name says that they do not', () => {
    const without = VARIANTS.filter((variant) => partsOf(variant).network === 'none').map(({ id }) => id);
    expect(without).toEqual(['runc-scratch-nonet', 'crun-scratch-nonet']);
  });

  it('say runtime, packaging and network in their factors', () => {
    for (const variant of VARIANTS) {
      const { runtime, packaging, network } = partsOf(variant);
      expect(variant.factors).toEqual({
        runtime,
        image: packaging === 'image' ? 'own' : packaging,
        network,
      });
    }
  });
});
