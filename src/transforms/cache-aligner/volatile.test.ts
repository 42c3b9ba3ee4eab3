import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findVolatile } from './volatile.ts';

const valuesIn = (text: string): string[] => findVolatile(text).map(({ start, end }) => text.slice(start, end));

describe('a value that a label or a sentence announces is found by its shape', () => {
  test.each([
    ["Today's date: 2026-11-21", ['2026-11-21']],
    ['Today is Saturday, November 21, 2026.', ['Saturday, November 21, 2026']],
    ['Today is 21 November 2026 and you help.', ['21 November 2026']],
    ['The current date is 11/21/2026.', ['11/21/2026']],
    ['The current time is 10:03:22 PM UTC.', ['10:03:22 PM UTC']],
    ['Current date and time: 2026-11-21T10:03:22.123Z', ['2026-11-21T10:03:22.123Z']],
    ['- **Current time**: `2026-11-21 10:03`', ['2026-11-21 10:03']],
    ['<current_date>2026-11-21</current_date>', ['2026-11-21']],
    ['It is now Sat Nov 21, 2026 at 10:03 AM.', ['Sat Nov 21, 2026 at 10:03 AM']],
    ['"timestamp": 1795255402123,', ['1795255402123']],
    ['Date: Sat, 21 Nov 2026 10:03:22 GMT', ['Sat, 21 Nov 2026 10:03:22 GMT']],
    ['Session ID: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b', ['3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b']],
    ['Your session id is sess_01HXYZ9K2.', ['sess_01HXYZ9K2']],
    ['session_id=9f86d081884c7d65', ['9f86d081884c7d65']],
    ['Request number: 17', ['17']],
    ['Request #17 of this run', ['17']],
    ['Working directory: /home/ann/shop', ['/home/ann/shop']],
    ['The current working directory is C:\\work\\shop.', ['C:\\work\\shop']],
    ['Current branch: feature/pay-42', ['feature/pay-42']],
    ['The current branch is main.', ['main']],
    ['Branch: main', ['main']],
    ['Git status:\n M src/app.ts\n?? notes.txt\n\nBe brief.', [' M src/app.ts\n?? notes.txt']],
    ['Recent commits:\n3f2b8c1 Fix the cart\n91aa0f2 Add tests', ['3f2b8c1 Fix the cart\n91aa0f2 Add tests']],
  ])('%j', (text, expected) => {
    expect(valuesIn(text)).toEqual(expected);
  });
});

describe('what is not announced, or is an instruction, stays', () => {
  test.each([
    'Write dates in a format such as 2026-11-21.',
    'Use ISO dates, e.g. Current date: 2026-11-21.',
    'Your knowledge cutoff date is 2025-06-01.',
    'The library was released on 2024-03-01.',
    'Never answer before 10:00.',
    'If the session ID is missing, ask for it.',
    'Always return the request id.',
    'The time is important. Work in the current directory and keep the branch clean.',
    'Return at most 20 rows; step 3 is optional.',
    'The date must be valid.',
    'Order 12345678 belongs to the customer.',
    'Version: 2026-11-21',
    'Git status: shows what changed.\nAlways read it first.',
    'Today you are a pirate. Now answer.',
    'The working directory is where files go.',
    'Delete the branch if asked.',
    'Your branch is up to date.',
    'DEFAULT_THREAD_COUNT = 10',
    'Stored in directory: /tmp/x',
    'Answer like this:\n```\nDate: 2026-11-21\n```\n',
    'The session is over when the user says so.',
  ])('%j', (text) => {
    expect(valuesIn(text)).toEqual([]);
  });
});

const date = fc
  .date({ min: new Date('2001-09-10'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((value) => value.toISOString());
const SENTENCES: readonly [string, fc.Arbitrary<string>][] = [
  ["Today's date: ", date.map((text) => text.slice(0, 10))],
  ['Current time: ', date],
  ['The current time is ', date.map((text) => text.slice(11, 19))],
  ['Session ID: ', fc.uuid()],
  ['Request number: ', fc.nat().map(String)],
  ['Current branch: ', fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)],
  ['cwd: ', fc.stringMatching(/^\/[a-z0-9_]{1,12}(\/[a-z0-9_]{1,9}){0,3}$/)],
];

test('whatever the value is, the rest of the text is the same', () => {
  for (const [label, value] of SENTENCES) {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const rest = (text: string): string => {
          const said = `You help.\n${label}${text}\nBe brief.`;
          return findVolatile(said).reduceRight((cut, { start, end }) => cut.slice(0, start) + cut.slice(end), said);
        };
        expect(rest(one)).toBe(rest(other));
        expect(rest(one)).toBe(`You help.\n${label}\nBe brief.`);
      }),
      { numRuns: 60 },
    );
  }
});

test('hostile texts take linear time', () => {
  for (const piece of [
    'a ',
    'current ',
    'date: ',
    '2026-',
    '10:',
    'id',
    '/a',
    'M \n',
    'git status:\n',
    '((',
    'session id is ',
  ]) {
    expect(findVolatile(piece.repeat(100_000 / piece.length)).length).toBeGreaterThanOrEqual(0);
  }
});
