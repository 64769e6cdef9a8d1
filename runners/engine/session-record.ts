import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatOwner, parseOwner, type Owner } from './owner.ts';

/** Folders of private engines in the temporary folder; they belong to their records, not to the run of the same prefix. */
export const SESSION_PREFIX = 'thirdwave-engine-';

/** What a private engine writes down before it starts, so that `sweep` can find everything of it after a `kill -9`. */
export interface SessionRecord {
  readonly runId: string;
  readonly owner: Owner;
  /** holds the socket, the scripts and the log; every process of the engine has it as an argument */
  readonly sessionDir: string;
  readonly slotDir: string;
}

export async function writeRecord(engineDir: string, record: SessionRecord): Promise<string> {
  const folder = join(engineDir, 'sessions');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${record.owner.pid}-${process.hrtime.bigint()}.json`);
  await writeFile(`${path}.new`, JSON.stringify({ ...record, owner: formatOwner(record.owner) }));
  await rename(`${path}.new`, path);
  return path;
}

/** Every readable record with its path. A torn file (the writer was killed between two calls) names nothing and is removed. */
export async function readRecords(engineDir: string): Promise<readonly (readonly [string, SessionRecord])[]> {
  const folder = join(engineDir, 'sessions');
  const names = await readdir(folder).catch(() => []);
  const records: [string, SessionRecord][] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const path = join(folder, name);
    const record = parseRecord(await readFile(path, 'utf8').catch(() => ''));
    if (record) records.push([path, record]);
    else await rm(path, { force: true });
  }
  return records;
}

function parseRecord(text: string): SessionRecord | undefined {
  try {
    const raw = JSON.parse(text) as { runId: string; owner: string; sessionDir: string; slotDir: string };
    const owner = parseOwner(raw.owner);
    return owner && { runId: raw.runId, owner, sessionDir: raw.sessionDir, slotDir: raw.slotDir };
  } catch {
    return undefined;
  }
}
