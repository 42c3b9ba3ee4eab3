import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';
import { proxy } from './commands/proxy.ts';

test('an option that is a list may be given several times, and is all of them together', () => {
  const words = ['--budget', '10/day', '--budget=project:5/month', '--budget', '1/hour', '--rpm', '60'];
  expect(parseArguments('proxy', proxy, words).options).toEqual({
    budget: '10/day,project:5/month,1/hour',
    rpm: '60',
  });
});
