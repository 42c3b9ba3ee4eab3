import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Part } from '../core/conversation.ts';
import type { JsonValue } from '../core/json/value.ts';
import { hasOwnWords, writeMarker } from '../core/marker.ts';
import { EarlierTexts } from './earlier-texts.ts';
import { foldRepeats, unfoldRepeats } from './repeats.ts';

let calls = 0;
function result(text: string, name = 'Read', input: JsonValue = { file_path: '/src/a.ts' }): Part {
  const call = { id: `call ${++calls}`, name, input };
  return {
    index: 0,
    kind: 'tool-result',
    role: 'tool',
    turn: 0,
    block: 0,
    path: [],
    source: text,
    text,
    frozen: true,
    call,
  };
}
function earlier(...parts: Part[]): EarlierTexts {
  const texts = new EarlierTexts({ showsInputs: true });
  for (const part of parts) texts.addResult(part, part.text, part.source);
  return texts;
}
const code = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, n) => `  const value${from + n} = compute(${from + n});`);
const listing = (lines: readonly string[], first = 1, print = (n: number) => `${n}\t`): string =>
  lines.map((line, n) => print(first + n) + line).join('\n');
const arrow = (n: number): string => `${String(n).padStart(6)}→`;

describe('a result that came before, and went out in another form', () => {
  const source = JSON.stringify(code(40).map((line, row) => ({ row, line })));
  const shorter = (text: string): Part => ({ ...result(source, 'list', { page: 'one' }), text });

  test('is said by its name alone, and unfolds to the very bytes (R-9)', () => {
    const texts = earlier(result('other\n'.repeat(40)), shorter('[headroom: 40 rows]\na\nb'));
    const folded = foldRepeats(source, texts)!;
    expect(folded).toBe('[1 line: same as all of list one, above]');
    expect(unfoldRepeats(folded, texts)).toBe(source);
    expect(hasOwnWords(folded)).toBe(true);
  });

  test('the first of several is meant, not one that only names it', () => {
    const texts = earlier(shorter('[headroom: 40 rows]\na'), shorter('[1 line: same as all of list one, above]'));
    expect(foldRepeats(source, texts)).toBe('[1 line: same as all of list one, above]');
    const others = earlier({ ...shorter('x'), source: `${source} ` }, shorter('[headroom: 40 rows]\na'));
    expect(foldRepeats(source, others)).toBe('[1 line: same as all of list one (call 2), above]');
    expect(unfoldRepeats('[1 line: same as all of list one (call 2), above]', others)).toBe(source);
  });

  test('also one of a single line that went out as it came', () => {
    const texts = earlier({ ...shorter(source), source });
    const folded = foldRepeats(source, texts)!;
    expect(folded).toBe('[1 line: same as all of list one, above]');
    expect(unfoldRepeats(folded, texts)).toBe(source);
  });

  test('is said anew where something is left out of it there, and where it is not quite the same', () => {
    const view = `40 rows\n${writeMarker('0'.repeat(24))}`;
    expect(foldRepeats(source, earlier(shorter(view)))).toBeUndefined();
    expect(foldRepeats(`${source} `, earlier(shorter('[headroom: 40 rows]\na')))).toBeUndefined();
  });

  test('a name that leads nowhere is not unfolded', () => {
    const texts = earlier(shorter('[headroom: 40 rows]\na'));
    expect(unfoldRepeats('[1 line: same as all of list two, above]', texts)).toBeUndefined();
  });

  test('unfolds to the same value in other lines, where that is all that can be read back', () => {
    const read = earlier({ ...shorter('{"rows":1}'), source: '{"rows":1}' });
    expect(unfoldRepeats('[3 lines: same as all of list one, above]', read)).toBe('{"rows":1}');
  });
});

describe('repeats', () => {
  test('a file read again is said by its name alone, and so is each further time', () => {
    const text = listing(code(40));
    const whole = '[40 lines: same as all of Read a.ts, above]';
    const texts = earlier(result(text), { ...result(text), text: whole });
    expect(foldRepeats(text, texts)).toBe(whole);
    expect(unfoldRepeats(whole, texts)).toBe(text);
  });

  test('a part of a file read again goes out as its first line and a reference', () => {
    const texts = earlier(result(listing(code(50))));
    const folded = foldRepeats(listing(code(40)), texts)!;
    expect(folded).toBe('1\t  const value1 = compute(1);\n[lines 2-40: same as in Read a.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(listing(code(40)));
  });

  test('changed and added lines stand in full, moved ones are found at their new numbers', () => {
    const before = code(60);
    const after = [
      ...before.slice(0, 20),
      '  // new',
      '  // lines',
      ...before.slice(20, 40),
      '  changed();',
      ...before.slice(41),
    ];
    const texts = earlier(result(listing(before)));
    const folded = foldRepeats(listing(after), texts)!;
    expect(folded).toContain('21\t  // new\n22\t  // lines');
    expect(folded).toContain('43\t  changed();');
    expect(folded).toContain('[lines 23-42: same as lines 21-40 there]');
    expect(folded).toContain('[lines 2-20: same as in Read a.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(listing(after));
  });

  test('what the model wrote itself is referred to by the call that wrote it', () => {
    const texts = earlier(result('File created', 'Write', { file_path: '/src/a.ts', content: code(30).join('\n') }));
    const text = listing(code(30), 1, arrow);
    const folded = foldRepeats(text, texts)!;
    expect(folded).toContain('[lines 2-30: same as in the input of Write a.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(text);
  });

  test('an earlier read whose numbers were thinned is found all the same', () => {
    const thinned = [
      '[all lines 1-40, every 10th numbered]',
      `1\t${code(1)[0]}`,
      ...code(39, 2).map((line, n) => (n % 10 === 8 ? `${n + 2}\t${line}` : line)),
    ];
    const texts = earlier(result(thinned.join('\n')));
    const text = listing(code(20, 11), 11);
    expect(foldRepeats(text, texts)).toContain('[lines 12-30: same as in Read a.ts, above]');
    expect(unfoldRepeats(foldRepeats(text, texts)!, texts)).toBe(text);
  });

  test('the second call of the same name has its own name', () => {
    const texts = earlier(result(listing(code(20))), result(listing(code(20, 100))));
    expect(foldRepeats(listing(code(20, 100)), texts)).toContain('same as all of Read a.ts (call 2), above]');
  });

  test('a file is named as short as no other file can be meant', () => {
    const texts = earlier(
      result(listing(code(20)), 'Read', { file_path: '/home/me/src/a.ts' }),
      result(listing(code(20, 100)), 'Read', { file_path: '/home/me/lib/a.ts' }),
      result('short', 'Read', { file_path: '/home/me/lib/b.ts' }),
    );
    const folded = foldRepeats(listing(code(20)), texts)!;
    expect(folded).toContain('same as all of Read src/a.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(listing(code(20)));
  });

  test('R-10 a second text is named anew, and there always means the one named last', () => {
    const texts = earlier(
      result(listing(code(20)), 'Read', { file_path: '/src/a.ts' }),
      result(listing(code(20, 100)), 'Read', { file_path: '/src/b.ts' }),
    );
    const mixed = listing([...code(10), ...code(10, 100), '// new', ...code(10, 110), ...code(10, 11)]);
    const folded = foldRepeats(mixed, texts)!;
    expect(folded.match(/of Read [ab]\.ts, above|in Read [ab]\.ts, above|there\]/g)).toEqual([
      'in Read a.ts, above',
      'of Read b.ts, above',
      'there]',
      'of Read a.ts, above',
    ]);
    expect(unfoldRepeats(folded, texts)).toBe(mixed);
  });

  test('a result that prints what its own call said refers to the call', () => {
    const texts = new EarlierTexts({ showsInputs: true });
    const written = result(listing(code(20)), 'Write', { file_path: '/src/a.ts', content: code(20).join('\n') });
    texts.addCall(written);
    const folded = foldRepeats(written.text, texts)!;
    expect(folded).toContain('[lines 2-20: same as in the input of Write a.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(written.text);
  });

  test('a listing whose repeats were said by reference is itself referred to, by its numbers', () => {
    const first = result(listing(code(20)), 'Read', { file_path: '/src/a.ts' });
    const longer = listing([...code(20), ...code(20, 500)]);
    const sent = foldRepeats(longer, earlier(first))!;
    const texts = earlier(first, result(sent, 'Read', { file_path: '/src/b.ts' }));
    const folded = foldRepeats(listing(code(20, 500), 21), texts)!;
    expect(folded).toContain('[lines 22-40: same as in Read b.ts, above]');
    expect(unfoldRepeats(folded, texts)).toBe(listing(code(20, 500), 21));
  });

  test('plain output is referred to by its lines', () => {
    const output = code(20).join('\n');
    const texts = earlier(result(output, 'Bash', { command: 'npm test' }));
    const folded = foldRepeats(`$ again\n${output}\ndone`, texts)!;
    expect(folded).toBe('$ again\n[20 lines: same as lines 1-20 of Bash npm test, above]\ndone');
    expect(unfoldRepeats(folded, texts)).toBe(`$ again\n${output}\ndone`);
  });

  test.each([
    ['a few short lines', listing(['a', 'b', 'c', 'd', 'e', 'f'])],
    ['a text that holds a reference already', `[9 lines: same as lines 1-9 of Read x, above]\n${listing(code(40))}`],
  ])('%s: left as it is', (_name, text) => {
    expect(foldRepeats(text, earlier(result(`${text}\n`), result(listing(code(40)))))).toBeUndefined();
  });

  test('numbers that stand for two lines each are never referred to', () => {
    const two = `${listing(code(20))}\n${listing(code(20, 50))}`;
    expect(foldRepeats(listing(code(20)), earlier(result(two)))).toBeUndefined();
  });

  test('R-9, R-10 any text that is folded unfolds to the very bytes', () => {
    const odd = fc.oneof(fc.constantFrom('', '}', '  end', '[lines 1-2: same as in x, above]', '12\tx'), fc.string());
    const run = fc.tuple(fc.nat(50), fc.nat(25)).map(([from, length]) => code(length, from));
    const lines = fc
      .array(
        fc.oneof(
          run,
          odd.map((text) => [text.replaceAll('\n', ' ')]),
        ),
        { maxLength: 6 },
      )
      .map((drawn) => drawn.flat());
    const print = fc.constantFrom(
      arrow,
      (n: number) => `${n}\t`,
      () => '',
    );
    const shown = fc.tuple(lines, fc.nat({ max: 120 }), print).map(([all, first, with_]) => listing(all, first, with_));
    let folds = 0;
    fc.assert(
      fc.property(
        fc.array(shown, { minLength: 1, maxLength: 3 }),
        fc.nat(20),
        fc.nat(40),
        print,
        (texts, from, length, again) => {
          const known = earlier(...texts.map((text) => result(text)));
          const contents = texts
            .join('\n')
            .split('\n')
            .map((text) => text.replace(/^ *\d+[\t→]/, ''));
          const text = listing(contents.slice(from, from + length), from, again);
          const folded = foldRepeats(text, known);
          if (folded === undefined) return;
          folds++;
          expect(unfoldRepeats(folded, known)).toBe(text);
        },
      ),
      { numRuns: 3000 },
    );
    expect(folds).toBeGreaterThan(50);
  });
});
