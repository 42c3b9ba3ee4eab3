import { expect, test } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { o200k } from '../../tokenizers/o200k.ts';
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
  const places = Array.from({ length: 60 }, (_, i) => `${20 + 31 * i}:${8 + i}`);
  const drawn = places.flatMap((place) => [
    '     │',
    ` ${place.split(':')[0]} │   render('single-quoted ${place}')`,
    '     │          ~',
    '     │',
    `     └─ lib/decoder.ex:${place}`,
    '',
  ]);
  const lines = [
    '==> decoder',
    'Compiling 4 files (.ex)',
    '     warning: single-quoted strings are deprecated.',
    ...drawn,
  ];
  const view = viewOf([...lines, ...DOTS, '14 tests, 0 failures']);
  const at = view.indexOf(`     └─ lib/decoder.ex:${places[0]}`);
  expect(view[at + 1]).toMatch(/^\(59 more places in this file, …\d before each: /);
  for (const place of places.slice(1)) expect(view[at + 1]).toContain(place);
});
