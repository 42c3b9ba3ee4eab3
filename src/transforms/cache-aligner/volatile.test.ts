import { randomUUID } from 'node:crypto';
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
    ['Local time: Sat Nov 21 22:10:00 UTC 2026', ['Sat Nov 21 22:10:00 UTC 2026']],
    ['The current time is Sat Nov  7 09:05:01 2026.', ['Sat Nov  7 09:05:01 2026']],
    [
      'Current time: Sat Nov 21 2026 22:10:00 GMT+0100 (Central European Standard Time)',
      ['Sat Nov 21 2026 22:10:00 GMT+0100 (Central European Standard Time)'],
    ],
    ['The date is 11/21/2026, 10:10:00 PM.', ['11/21/2026, 10:10:00 PM']],
    ["Today's date: 2026-11-21 (Saturday)", ['2026-11-21 (Saturday)']],
    ['Current time in Europe/Berlin: 10:03', ['10:03']],
    ['The current year is 2026.', ['2026']],
    ['Current month: November 2026', ['November 2026']],
    ['Conversation started: 2026-11-21T10:10:00Z', ['2026-11-21T10:10:00Z']],
    ['当前时间：2026-11-21 10:10:00', ['2026-11-21 10:10:00']],
    ['Session: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b', ['3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b']],
    ['Session: sess_01HXYZ9K2QRS', ['sess_01HXYZ9K2QRS']],
    ['Trace: 9f86d081884c7d659a2feaa0c55ad015', ['9f86d081884c7d659a2feaa0c55ad015']],
    ['Customer: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b', ['3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b']],
    ['User ID: 48213', ['48213']],
    ['You are talking to user 1001.', ['1001']],
    ['Turn 3 of 20.', ['3 of 20']],
    ['[Turn 3/20]', ['3/20']],
    ['Turn: 3', ['3']],
    ['You are on step 3 of 5.', ['3 of 5']],
    ['Current iteration: 4', ['4']],
    ['You have 12 turns left.', ['12 turns left']],
    ['Token usage: 1000/200000; 199000 remaining', ['1000/200000; 199000 remaining']],
    ['Context left: 45%', ['45%']],
    ['Tokens used: 12.5k of 200k (6%)', ['12.5k of 200k (6%)']],
    ['Cost so far: $0.12', ['$0.12']],
    ['Time elapsed: 3m 12s', ['3m 12s']],
    ['Branch: main (ahead 2, behind 1)', ['main (ahead 2, behind 1)']],
    ['Last commit: 3f2b8c1 (Fix the cart)', ['3f2b8c1 (Fix the cart)']],
    ['gitStatus: On branch feature-1', ['On branch feature-1']],
    ['Git status: clean', ['clean']],
    ['Status: On branch main, 2 files modified', ['On branch main, 2 files modified']],
    ['You are on branch feature-x.', ['feature-x']],
    ['The current branch is `bugfix`.', ['bugfix']],
    ['HEAD: 3f2b8c1', ['3f2b8c1']],
    ['The current time is 10:03 and you help.', ['10:03']],
    ['The time is now 10:03 AM (UTC+1).', ['10:03 AM (UTC+1)']],
    ['As of today, 2026-11-21, you know all.', ['2026-11-21']],
    ['| Session | 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b |', ['3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b']],
    ['The id of this session is 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b.', ['3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b']],
    ['You have used 3 of 10 tool calls.', ['used 3 of 10 tool calls']],
    ['Token budget: 1000/200000 used', ['1000/200000 used']],
    ['You are working in /home/ann/shop.', ['/home/ann/shop']],
    ['PID: 123', ['123']],
    ['Git status: 3 files changed, 1 untracked', ['3 files changed, 1 untracked']],
  ])('%j', (text, expected) => {
    expect(valuesIn(text)).toEqual(expected);
  });
});

describe('what git prints is found whole, and ends where words begin', () => {
  const LONG =
    'On branch main\nYour branch is ahead of \'origin/main\' by 3 commits.\n  (use "git push" to publish your local commits)\n\n' +
    'Changes not staged for commit:\n  (use "git add <file>..." to update)\n\tmodified:   src/app.ts\n\n' +
    'Untracked files:\n\tnotes.txt\n\nno changes added to commit';
  test.each([
    [
      'Recent commits:\n3f2b8c1 Fix the cart\n91aa0f2 Add tests\nFollow the rules.',
      '3f2b8c1 Fix the cart\n91aa0f2 Add tests',
    ],
    ['## Recent commits\n\n- 3f2b8c1 Fix the cart\n\nRules:', '- 3f2b8c1 Fix the cart'],
    [`## git status\n${LONG}\nFollow the rules.`, LONG],
    [`<git_status>\n${LONG}\n</git_status>`, LONG],
    [
      'Git status:\n## main...origin/main [ahead 2]\n M Makefile\n\nRules.',
      '## main...origin/main [ahead 2]\n M Makefile',
    ],
    ['Status:\nM src/a.ts\nM Makefile\n\nRules.', 'M src/a.ts\nM Makefile'],
    ['Git status:\n```\n M src/app.ts\n```\nRules.', ' M src/app.ts'],
    [
      'You help.\nOn branch main\nnothing to commit, working tree clean\n\nRules.',
      'On branch main\nnothing to commit, working tree clean',
    ],
    ['Git status:\n(clean)\n\nRules.', '(clean)'],
  ])('%j', (text, expected) => {
    expect(valuesIn(text)).toEqual([expected]);
  });
});

test('values are found one by one: what is not recognised beside them changes nothing', () => {
  const text = (mood: string): string => `Session: ${randomUUID()}\nMood: ${mood}\nTurn 3 of 20.\n`;
  expect(valuesIn(text('calm'))).toHaveLength(2);
  expect(valuesIn(text('as of last week, version 1.2.3'))).toHaveLength(2);
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
    'Turn 3 screws.',
    'Turn 3 of 20 screws to the left.',
    'Turn 2 of 3: left.',
    'Step 3 of 5: open the door.',
    'Step 3 of 5',
    'Request 2 of 3 offers before you decide.',
    'the session: see below',
    'Session: see the notes below.',
    'Session: 1.2.3',
    'Version: 1.2.3',
    'Release 1.2.3 of 2.0.0',
    'Task: fix-issue-1234',
    'Call: 911',
    'Round: 2',
    'Rounds: 3',
    'Max tokens used: 1000',
    'The token limit: 4000 tokens.',
    'Token usage: keep it under 2000.',
    'If you have 3 turns left, finish.',
    'Time limit: 5 minutes',
    'Stop once the time elapsed is 5 minutes.',
    'The current year matters.',
    'Write the date in the format: 2026-11-21T10:00:00Z',
    'Timestamp format: 2026-11-21T10:00:00Z',
    'Release date: 2026-11-21T10:00:00Z until further notice',
    'Expires: 2026-11-21T10:00:00Z',
    '- Always name the branch: it says what is worked on.',
    'The current branch is protected.',
    'The current branch is used for releases.',
    'Current branch: keep it clean.',
    'Last commit: message first.',
    'You are on branch duty.',
    'Commit: small and often.',
    'Time | Place',
    'Respond with {"turn": 3, "date": "2026-11-21"}',
    '| Time | 10:00 | 11:00 |',
    'Now: 10 steps',
    'Today, we help people.',
    'Current step: 3 apples',
    'Context: 5 of the users',
    'On branch main\ndo not force-push.',
    'Git status:\nM modified\nA added\n\nUse these.',
    'Status:\nA short sentence about the state.\n\nNext:',
    'Status:\nA summary\n\nNext:',
    'Recent commits:\ndefaced the readme\n\n',
    'Git status: M means modified.',
    'Here is an example:\nSession: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b\nTurn 3 of 20.',
    'Answer in this format:\n\nDate: 2026-11-21\nBranch: main',
    '# Examples\n\nToday is Saturday, November 21, 2026.',
    '<example>\nuser: hi\nTurn 3 of 20.\n</example>',
    '```\nOn branch main\nnothing to commit\n```',
    Array.from({ length: 9 }, (_, n) => `Date: 2026-11-${10 + n}`).join('\n'),
    Array.from({ length: 9 }, (_, n) => `Shop ${'abcdefghi'[n]}: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6${n}`).join('\n'),
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
  ['Session: ', fc.uuid()],
  ['Turn: ', fc.nat().map(String)],
  ['Token usage: ', fc.tuple(fc.nat(), fc.nat()).map(([used, left]) => `${used}/200000; ${left} remaining`)],
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
    '1',
    'like ',
    'tokens used: 1,',
    'turn 1 of ',
    'on branch a, ',
    '12m ',
    'Recent commits:\n',
    'On branch a\n',
    '3f2b8c1 x\n',
    '<example>',
    'a: ',
    '- ',
  ]) {
    const text = piece.repeat(100_000 / piece.length);
    expect(findVolatile(`${text}\nSession: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a6b`).length).toBeGreaterThanOrEqual(0);
  }
});
