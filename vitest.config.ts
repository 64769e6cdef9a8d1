import { defineConfig } from 'vitest/config';

/** Three layers by file name: `*.test.ts` is pure, `*.real.test.ts` needs the prepared machine, `*.browser.test.ts` Chromium. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**', 'results/runs/**'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // Real engines on a shared machine: one repetition, shown in the output; pure tests get none.
    retry: process.env['THIRDWAVE_LAYER'] === 'pure' ? 0 : 1,
    // Real engines share two cores and one private Docker Engine: one file at a time.
    fileParallelism: process.env['THIRDWAVE_LAYER'] === 'pure',
    reporters: process.env['CI'] === undefined ? ['default'] : ['verbose'],
  },
});
