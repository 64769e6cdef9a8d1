import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from './owner.ts';
import { readRecords, writeRecord } from './session-record.ts';
import { sweepEngines } from './sweep-engines.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const record = async (runId: string) => ({
  runId,
  owner: await ownIdentity(),
  sessionDir: join(folder, 'session'),
  slotDir: join(folder, 'engine', 'slot-0'),
});

describe('the record of a private engine', () => {
  it('is read back as it was written', async () => {
    const written = await record('a');
    const path = await writeRecord(join(folder, 'engine'), written);
    expect(await readRecords(join(folder, 'engine'))).toEqual([[path, written]]);
  });

  it('is dropped when it is torn, and the others are still read', async () => {
    const path = await writeRecord(join(folder, 'engine'), await record('a'));
    await writeFile(join(folder, 'engine', 'sessions', 'torn.json'), '{"runId":"b","ow');
    expect(await readRecords(join(folder, 'engine'))).toHaveLength(1);
    expect(await readdir(join(folder, 'engine', 'sessions'))).toEqual([path.split('/').at(-1)]);
  });

  it('protects the engine from a sweep while its owner runs, and no longer', async () => {
    const own = await record('a');
    await writeRecord(join(folder, 'engine'), own);
    await writeRecord(join(folder, 'engine'), {
      ...own,
      runId: 'b',
      owner: { ...own.owner, startTicks: '1' },
    });
    await writeRecord(join(folder, 'engine'), {
      ...own,
      runId: 'c',
      owner: { ...own.owner, startTicks: '1' },
    });
    const removed = await sweepEngines({ cacheDir: folder }, new Set(['c']));
    expect(removed).toEqual([expect.stringContaining('run b')]);
    const left = await readRecords(join(folder, 'engine'));
    expect(left.map(([, { runId }]) => runId).toSorted()).toEqual(['a', 'c']);
  });
});
