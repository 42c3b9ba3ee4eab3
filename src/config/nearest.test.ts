import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';
import { OPTION_NAMES } from './options.ts';

test.each([
  ['prot', 'port'],
  ['anthropic-api-url', 'anthropic-url'],
  ['max_body_mb', 'max-body-mb'],
  ['Workers', 'workers'],
  ['log-levle', 'log-level'],
  ['connect-timeout-seconds', 'connect-timeout-ms'],
  ['zzzzzzzz', undefined],
])('%s is near %s', (given, expected) => {
  expect(nearest(given, OPTION_NAMES)).toBe(expected);
});

test('every known name is nearest to itself', () => {
  for (const name of OPTION_NAMES) expect(nearest(name, OPTION_NAMES)).toBe(name);
});
