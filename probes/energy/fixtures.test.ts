import { describe, expect, it } from 'vitest';
import { FIXTURES, type FoundExpectation, madeHost, type MissingExpectation } from '../../test/energy/made-host.ts';
import { isFoundMeter } from './source.ts';
import { bestOf, lookForMeters } from './sources.ts';

const isFound = <T extends { readonly expect: object }>(one: T): one is T & { readonly expect: FoundExpectation } => 'method' in one.expect;
const isMissing = <T extends { readonly expect: object }>(one: T): one is T & { readonly expect: MissingExpectation } =>
  'missing' in one.expect;

describe('the readers of energy meters, on made machines', () => {
  it.each(FIXTURES.filter(isFound))('$id: $about', async ({ tree, expect: stated }) => {
    await using made = await madeHost(tree);
    const best = bestOf(await lookForMeters(made.host));
    expect(best?.source.id).toBe(stated.source ?? 'powercap');
    expect(best?.meter).toMatchObject({ method: stated.method, scope: stated.scope });
    expect(best?.meter.zones.map(({ zone }) => zone)).toEqual(stated.zones);
    const warnings = best?.meter.warnings.join('\n') ?? '';
    if (stated.warning === undefined) expect(warnings).toBe('');
    else expect(warnings).toContain(stated.warning);
  });

  it.each(FIXTURES.filter(isMissing))('$id has a reason and a remedy of its own: $about', async ({ tree, expect: stated }) => {
    await using made = await madeHost(tree);
    const looked = await lookForMeters(made.host);
    expect(bestOf(looked)).toBeUndefined();
    const powercap = looked.find(({ source }) => source.id === 'powercap')?.meter;
    if (powercap === undefined || isFoundMeter(powercap)) throw new Error('powercap was found');
    expect(powercap.missing.code).toBe(stated.missing);
    expect(powercap.missing.because).toContain(stated.says);
    expect(powercap.missing.remedy.toLowerCase()).toContain(stated.remedy.toLowerCase());
  });

  it('gives every absence another sentence', async () => {
    const sentences = await Promise.all(
      FIXTURES.filter(isMissing).map(async ({ tree }) => {
        await using made = await madeHost(tree);
        const found = (await lookForMeters(made.host)).find(({ source }) => source.id === 'powercap')?.meter;
        return found && 'missing' in found ? found.missing.because.replaceAll(made.tree.root, '') : '';
      }),
    );
    expect(new Set(sentences).size).toBe(sentences.length);
  });
});
