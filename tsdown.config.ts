import { defineConfig } from 'tsdown';

// One output file for each source file: the worker thread and the lazy commands are found beside their importers.
const config: unknown = defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/*.fixture.ts'],
  unbundle: true,
  skipNodeModulesBundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  dts: true,
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  clean: true,
});
export default config;
