import { describe, expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { logCompressor } from './log.ts';
import { areOfServices, readService } from './interleaved.ts';

/** A service without times of its own, between the lines of one that has them. */
function interleaved(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0
      ? `db-1   | 2026-05-06 07:08:${String(i % 60).padStart(2, '0')} LOG:  checkpoint of ${(i * 37) % 91} buffers complete`
      : `web-1  | GET /items/${(i * 53) % 97} 200 ${(i * 31) % 83}ms`,
  );
}

function view(lines: readonly string[]): string {
  const options = { level: 'balanced', call: undefined, tokens: o200k, deadline: NO_DEADLINE } as const;
  const said = logCompressor.compress(lines.join('\n'), options)!;
  expect(said.loss).toBe('recoverable');
  return said.text;
}

describe('a line names its service', () => {
  test.each([
    ['web-1  | started', 'web-1', 'started'],
    ['[pod/web-7f/app] started', 'pod/web-7f/app', 'started'],
    ['[0] started', '0', 'started'],
    ['web-1  |     at render (/app/cart.js:8:1)', 'web-1', '    at render (/app/cart.js:8:1)'],
  ])('%j', (line, service, rest) => {
    expect(readService(line)).toEqual({ service, rest });
  });

  test.each([
    '[ERROR] it broke',
    '[info] started',
    '| a | b |',
    ' src/a.ts | 12 ++',
    'a plain line',
    '[12.3456] eth0: up',
  ])('%j names none', (line) => {
    expect(readService(line)).toBeUndefined();
  });
});

describe('a text is of services', () => {
  test('where nearly all lines name one of a few', () => {
    expect(areOfServices(interleaved(20))).toBe(true);
    expect(areOfServices([...interleaved(30), '', 'Gracefully stopping...'])).toBe(true);
  });

  test('not where one alone writes, names hardly come again, or many lines have none', () => {
    expect(areOfServices(interleaved(40).filter((line) => line.startsWith('db')))).toBe(false);
    expect(areOfServices(Array.from({ length: 20 }, (_, i) => `name${i} | value`))).toBe(false);
    expect(areOfServices([...interleaved(20), ...Array.from({ length: 10 }, () => 'a plain line')])).toBe(false);
  });
});

test('services that write no times are a log too', () => {
  expect(logCompressor.claim(new Sample(interleaved(60).join('\n')))).toBeGreaterThan(0.5);
});

test('no line belongs to a record of another service (R-10)', () => {
  const lines = interleaved(400);
  lines.splice(101, 0, 'web-1  | TypeError: undefined has no sku', 'web-1  |     at render (/app/cart.js:8:1)');
  const said = view(lines).split('\n');
  expect(said.filter((line) => line.includes('web-1  | GET'))).toEqual([expect.stringMatching(/^200x 2-/)]);
  expect(said.filter((line) => line.includes('db-1   |'))).toEqual([expect.stringMatching(/^200x 1-/)]);
  const failure = said.findIndex((line) => line.includes('TypeError'));
  expect(said.slice(failure, failure + 2)).toEqual([
    '102: web-1  | TypeError: undefined has no sku',
    'web-1  |     at render (/app/cart.js:8:1)',
  ]);
});
