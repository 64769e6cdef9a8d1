import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnergyHost } from '../../probes/energy/source.ts';
import { buildTree, type PowerTree, type TreeSpec } from './power-tree.ts';

/** One row of the table of fixtures (energy notes §2): a machine, and what a reader must say about it. */
export interface Fixture {
  readonly id: string;
  readonly about: string;
  readonly tree: TreeSpec;
  readonly expect: FoundExpectation | MissingExpectation;
}
export interface FoundExpectation {
  /** default powercap */
  readonly source?: string;
  readonly method: string;
  readonly scope: string;
  readonly zones: readonly string[];
  /** zones of the sum */
  readonly counted: readonly string[];
  /** mean power of the sum */
  readonly watts: number;
  /** part of a warning; absent: there is none */
  readonly warning?: string;
}
export interface MissingExpectation {
  /** reason code of the powercap source */
  readonly missing: string;
  /** part of the reason, and of the remedy */
  readonly says: string;
  readonly remedy: string;
}

export const FIXTURES = JSON.parse(readFileSync(new URL('fixtures.json', import.meta.url), 'utf8')) as readonly Fixture[];

export function fixture(id: string): TreeSpec {
  const found = FIXTURES.find((one) => one.id === id);
  if (!found) throw new Error(`no fixture ${id}`);
  return found.tree;
}

/** A made tree in a folder of its own, and a clock that lets its counters go on while somebody sleeps. */
export interface MadeHost extends AsyncDisposable {
  readonly tree: PowerTree;
  readonly host: EnergyHost;
}

/** How long one look at the made clock takes, ns. */
const LOOK_NS = 10_000;

export async function madeHost(spec: TreeSpec): Promise<MadeHost> {
  const root = await mkdtemp(join(tmpdir(), 'power-tree-'));
  const tree = buildTree(root, spec);
  const missing = { missing: 'not prepared', remedy: 'none' };
  let clockNs = 0;
  return {
    tree,
    host: {
      roots: { sysfsRoot: join(root, 'sys'), procRoot: join(root, 'proc') },
      files: tree.files,
      toolbox: { powerReader: missing },
      now: () => (clockNs += LOOK_NS),
      sleep: async (ns) => {
        clockNs += ns;
        tree.advance(ns / 1e9);
      },
    },
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true }),
  };
}
