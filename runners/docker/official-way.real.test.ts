import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { recipeOf as containerRecipe } from '../container/variants.ts';
import container from '../container/index.ts';
import dockerWasm, { recipeOf as wasmRecipe } from '../docker-wasm/index.ts';
import type { Runner, Variant } from '../runner.ts';
import { EngineApi } from './engine-api.ts';
import type { RecipeOf } from './recipe.ts';
import { dockerRunArguments } from './run-command.ts';

/** Docker’s own client, told to start what a variant starts, prints the same: the runner measures what users get. */
let run: RealRun;
beforeAll(async () => {
  run = await realRun();
});
afterAll(async () => run[Symbol.asyncDispose]());

const variants = (runner: Runner, recipeOf: RecipeOf) =>
  runner.variants
    .filter((variant) => !variant.consumes?.includes('image'))
    .map((variant) => ({ name: `${runner.id}/${variant.id}`, runner, variant, recipeOf }));

describe.each([...variants(container, containerRecipe), ...variants(dockerWasm, wasmRecipe)])('$name', ({ runner, variant, recipeOf }) => {
  it('prints the same when “docker run” starts it', { timeout: 60_000 }, async ({ skip }) => {
    const state = (await runner.detect(run.context))[variant.id];
    skip(state?.available !== true, 'unavailable here (the contract suite decides whether it may be)');
    const engine = await run.context.engine();
    using api = await EngineApi.open(engine.socketPath, () => 0);
    const recipe = recipeOf(variant);
    const json = await resolveBuiltin('json', run.context.toolbox);
    const image = await recipe.image(run.context, api, json);
    const argv = dockerRunArguments({ ...recipe, image: image.reference, platform: image.platform, args: json.args });
    const [file, ...before] = [
      ...engine.enter,
      'docker',
      '--host',
      `unix://${engine.ownership === 'private' ? '/run/thirdwave/docker.sock' : engine.socketPath}`,
    ];
    const { stdout, exitCode, stderr } = await execa(file, [...before, ...argv], { reject: false, stripFinalNewline: false });
    expect(exitCode, stderr).toBe(0);
    expect(json.expected.kind === 'bytes' && Buffer.from(json.expected.bytes).toString()).toBe(stdout);
  });
});

describe('docs/docker-wasm.md', () => {
  it.each(dockerWasm.variants.map((variant: Variant) => [variant.id, variant] as const))(
    'gives the command for %s',
    async (id, variant) => {
      const text = await readFile(new URL('../../docs/docker-wasm.md', import.meta.url), 'utf8');
      const recipe = wasmRecipe(variant);
      const platform = variant.factors['image'] === 'platform' ? 'wasi/wasm' : undefined;
      expect(text).toContain(`| \`${id}\` | \`docker ${dockerRunArguments({ ...recipe, image: 'IMAGE', platform }).join(' ')}\` |`);
    },
  );
});
