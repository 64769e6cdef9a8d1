import { describe, expect, it } from 'vitest';
import { partsOf, registeredName, VARIANTS } from './variants.ts';

describe('the variants of the container runner', () => {
  it('plan Docker’s own runtime where a scenario names none', () => {
    expect(VARIANTS.filter((variant) => variant.default).map((variant) => variant.id)).toEqual([
      'runc-scratch',
      'runc-debian',
      'runc-image',
    ]);
  });

  it('say runtime, packaging and network in their factors', () => {
    for (const variant of VARIANTS) {
      const { runtime, packaging } = partsOf(variant);
      expect(variant.factors).toEqual({
        runtime,
        image: packaging === 'image' ? 'own' : packaging,
        network: 'bridge',
      });
    }
  });

  it('find a runtime under the names engines register it with', () => {
    expect(registeredName('runc', ['io.containerd.runc.v2', 'runc'])).toBe('runc');
    expect(registeredName('kata', ['runc', 'io.containerd.kata.v2'])).toBe('io.containerd.kata.v2');
    expect(registeredName('crun', ['runc'])).toBeUndefined();
  });
});
