import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { groupReports } from './reports.ts';
import { writeView } from './view.ts';

function viewOf(lines: readonly string[]): readonly string[] {
  const text = lines.join('\n');
  const options = { level: 'balanced', tokens: o200k, deadline: NO_DEADLINE, sourceTokens: o200k.count(text) } as const;
  return writeView(text, options).split('\n');
}

const DOTS = Array.from({ length: 40 }, () => '.'.repeat(60));

test('an error that wraps the one above it keeps its beginning and its end', () => {
  const inner = `Unexpected answer: %{status: 401, headers: %{${Array.from({ length: 30 }, (_, i) => `"h-${i}" => ["v${i}"]`).join(', ')}}}`;
  const wrapped = `12:00:02 [error] Chat failed. Reason: %Error{message: ${JSON.stringify(inner)}, original: nil}, using fallback`;
  const lines = [`12:00:01 [error] ${inner}`, ...DOTS, wrapped, ...DOTS, '14 tests, 0 failures'];
  const view = viewOf(lines);
  expect(view).toContain(lines[0]);
  const said = view.find((line) => line.includes('Chat failed'))!;
  expect(said).toMatch(/^12:00:02 \[error] Chat failed\. Reason: .*… \(\d+ characters left out\) ….*using fallback$/);
  expect(said.length).toBeLessThan(300);
});

test('a long error that says something of its own stands as it is', () => {
  const long = (what: string): string =>
    `12:00:01 [error] ${Array.from({ length: 40 }, (_, i) => `${what}${i}`).join(' ')}`;
  const lines = [long('disk'), ...DOTS, long('network'), ...DOTS, '14 tests, 0 failures'];
  const view = viewOf(lines);
  expect([view.includes(lines[0]!), view.includes(long('network'))]).toEqual([true, true]);
});

test('places that a compiler draws below one message stand in one line, each of them', () => {
  const places = Array.from({ length: 12 }, (_, i) => `${20 + 31 * i}:${8 + i}`);
  const drawn = places.map((place) => `     └─ lib/decoder.ex:${place}`);
  const message = '     warning: single-quoted strings are deprecated.';
  const said = groupReports(
    [message, '…4', ...drawn.flatMap((line) => [line, '…5']), '3 tests, 0 failures'],
    NO_DEADLINE,
  );
  expect(said).toEqual([
    message,
    '…4',
    drawn[0],
    `(11 more places in this file, …5 before each: ${places.slice(1).join(', ')})`,
    '…5',
    '3 tests, 0 failures',
  ]);
});

test('places with more between some of them, or of several files, stay where they stand', () => {
  const lines = [3, 4, 5, 6, 7].flatMap((n) => [`     └─ lib/a${n}.ex:${n}:1`, '…5', `  --> src/b.rs:${n}:1`, `…${n}`]);
  expect(groupReports(lines, NO_DEADLINE)).toEqual(lines);
});
