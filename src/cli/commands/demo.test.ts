import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compressors, tokenizer } from '../../pipeline/defaults.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { report } from './demo.ts';
import { asPythonJson, demoLogs, FACTS } from './demo-logs.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});
afterEach(() => void vi.restoreAllMocks());

const LOGS = demoLogs();
const SENT = asPythonJson(LOGS);

test('the logs are the 100 entries of the published question', () => {
  expect(SENT.length).toBe(27_310);
  expect(tokenizer.count(SENT)).toBe(9071);
  expect(LOGS.filter(({ level }) => level === 'FATAL')).toEqual([LOGS[67]]);
});

test('the demo fails when a fact did not arrive', () => {
  expect(report(SENT, SENT, LOGS)).toBe(0);
  for (const [what, text] of FACTS) {
    expect(report(SENT, SENT.replaceAll(text, '...'), LOGS)).toBe(1);
    expect(printed).toContain(`MISSING  ${what}: ${text}`);
  }
});

test('the demo fails when the shorter form does not read back as the same entries', () => {
  const [json] = compressors.filter(({ name }) => name === 'json');
  const shorter = json!.compress(SENT, {
    level: 'lossless',
    call: undefined,
    tokens: tokenizer,
    deadline: NO_DEADLINE,
  })!.text;
  expect(report(SENT, shorter, LOGS)).toBe(0);
  expect(report(SENT, shorter.replace('{50 + i}', '{51 + i}'), LOGS)).toBe(1);
  expect(printed).toContain('MISSING  all 100 entries, read back from the shorter form');
});
