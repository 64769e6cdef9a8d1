import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chainIdsOf } from './import-image.ts';

describe('the chain ids of an image’s layers', () => {
  it('are the lowest layer itself, then the digest of what is below and the layer, as the image specification says', () => {
    const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const [a, b, c] = ['a', 'b', 'c'].map(sha256) as [string, string, string];
    const ab = sha256(`${a} ${b}`);
    expect(chainIdsOf([a, b, c])).toEqual([a, ab, sha256(`${ab} ${c}`)]);
    expect(chainIdsOf([])).toEqual([]);
  });
});
