import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { pieceEnd } from './bpe/split.ts';
import { o200k } from './o200k.ts';

/** The pattern of o200k_base, as tiktoken and gpt-tokenizer have it. */
const PATTERN = new RegExp(
  [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE]))?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?:'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE]))?`,
    String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ].join('|'),
  'gu',
);

const AWKWARD =
  "'s 'LL 'vE 're 'd 'T 'x '' ' \u00a0 \u3000 \u0085 \u2028 \r \n \r\n \n\n \t \v \0 / // /* aB Ab ABC ABc HTTPServer " +
  '\u01c5 \u02b0 \u0301 \u20dd \u0903 \u65e5\u672c \u3042A A\u3042B \u05d0 \u00df \u00c9t\u00e9 \u00e9A \u0661\u0662\u0663\u0664 \u00bd \u2167 ' +
  '0 12 345 6789 1.0e-5 _ -- ::= {" "," "} <|endoftext|> <|im_start|> \u{1f642} \u{1f468}\u200d\u{1f469} \u{1d400} \u{1d7d8} \u{20000} \ud800 \udc00 \ufffd';
const fragment = fc.oneof(
  fc.constantFrom(...AWKWARD.split(' '), ' ', '  ', '    '),
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.stringMatching(/^[a-z]{1,30}$/),
  fc.stringMatching(/^[A-Z][a-zA-Z]{0,9}$/),
  fc.nat().map(String),
);
const text = fc.array(fragment, { maxLength: 30 }).map((fragments) => fragments.join(''));

function reference(text: string): number {
  return countTokens(text, { disallowedSpecial: new Set<string>() });
}

function pieces(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let at = 0; at < bytes.length; ) {
    const end = pieceEnd(bytes, at, bytes.length);
    found.push(decoder.decode(bytes.subarray(at, end)));
    at = end;
  }
  return found;
}

describe('the splitter', () => {
  test('cuts any text exactly where the pattern of o200k_base does', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((t) => `\ufeff${t}`),
        ),
        (text) => {
          expect(pieces(text)).toEqual(text.toWellFormed().match(PATTERN) ?? []);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('puts every character of Unicode in the same class as the pattern', () => {
    let wrong = 0;
    for (let code = 0; code < 0xe0200; code++) {
      if (code === 0xd800) code = 0xe000;
      // Planes without any character of their own.
      if (code === 0x32400) code = 0xe0000;
      // Before a lower-case letter, between digits and after a space, each class cuts in its own way.
      const probe = `1${String.fromCodePoint(code)}1 ${String.fromCodePoint(code)}a`;
      const mine = pieces(probe);
      const theirs = probe.match(PATTERN)!;
      if (mine.length !== theirs.length || mine.some((piece, i) => piece !== theirs[i])) wrong++;
    }
    expect(wrong).toBe(0);
  });
});

describe('o200k', () => {
  test('counts any text as gpt-tokenizer does', () => {
    fc.assert(
      fc.property(text, (text) => {
        // gpt-tokenizer drops a byte order mark while merging, and so looks for the wrong token.
        fc.pre(!text.includes('\ufeff'));
        expect(o200k.count(text)).toBe(reference(text));
      }),
      { numRuns: 3000 },
    );
  });

  test('counts real source code, documents and lock files as gpt-tokenizer does', () => {
    const root = new URL('../../', import.meta.url);
    const files = ['package.json', 'tsconfig.json', ...readdirSync(root).filter((name) => /\.(md|ts)$/.test(name))];
    for (const name of readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) files.push(`src/${name}`);
    }
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const text = readFileSync(new URL(file, root), 'utf8');
      expect([file, o200k.count(text)]).toEqual([file, reference(text)]);
    }
    const lock = readFileSync(new URL('package-lock.json', root), 'utf8').slice(0, 60_000);
    expect(o200k.count(lock)).toBe(reference(lock));
  });

  test.each([
    ['letters', 'a'],
    ['two letters', 'xy'],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['signs', '='],
    ['Chinese characters', '\u6c49\u5b57'],
    ['emoji', '\u{1f642}'],
    ['bases', 'GATTACA'],
    ['NUL bytes', '\0'],
  ])('merges long runs of %s as gpt-tokenizer does', (_, unit) => {
    for (const length of [40, 47, 48, 49, 50, 200, 1500]) {
      const run = unit.repeat(Math.ceil(length / unit.length));
      expect([length, o200k.count(run)]).toEqual([length, reference(run)]);
    }
  });

  test('counts texts that it has counted before, and rules and blanks of every width in them, the same', () => {
    const widths = Array.from({ length: 40 }, (_, i) => 20 + i * 28);
    const texts = widths.map((width) => `${'='.repeat(width)}\nok${' '.repeat(width)}[ 3%]\n`.repeat(4));
    for (const text of [...texts, ...texts, ...texts.slice(-6)]) {
      expect([text.length, o200k.count(text)]).toEqual([text.length, reference(text)]);
    }
  });

  test('merges long random words as gpt-tokenizer does', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'n', 'o', 'r', 's', 't'),
      minLength: 30,
      maxLength: 400,
    });
    fc.assert(
      fc.property(word, (word) => {
        expect(o200k.count(word)).toBe(reference(word));
      }),
      { numRuns: 300 },
    );
  });

  test('counts hundreds of thousands of characters without a break', () => {
    expect(o200k.count('a'.repeat(100_000))).toBe(12_500);
    expect(o200k.count('\u6c49\u5b57'.repeat(25_000))).toBe(50_000);
    expect(o200k.count('xy'.repeat(250_000))).toBe(250_000);
  });

  test('counts text that spells a special token as ordinary text', () => {
    expect(o200k.count('<|endoftext|>')).toBe(reference('<|endoftext|>'));
    expect(o200k.count('<|endoftext|>')).toBeGreaterThan(1);
  });

  test('counts a byte order mark as the one token that it is', () => {
    expect(o200k.count('\ufeff')).toBe(1);
    expect(o200k.count('\ufeffAndrew')).toBe(2);
  });

  test('gives the same count again after many other texts went by', () => {
    const first = 'counterintuitively interoperable zxqvkjw';
    const before = o200k.count(first);
    for (let i = 0; i < 50_000; i++) o200k.count(`zq${i.toString(36)}wvx`);
    expect(o200k.count(first)).toBe(before);
    expect(o200k.count('')).toBe(0);
  });
});
