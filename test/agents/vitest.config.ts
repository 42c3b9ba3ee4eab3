/** Real agents take their time, one after the other: their tests run apart from all others. */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const config: unknown = defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/agents/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
export default config;
