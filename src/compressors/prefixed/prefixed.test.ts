import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { prefixedCompressor } from './prefixed.ts';
import { STYLES, minify } from './style.ts';
import { learnTemplate, readCells, readTemplate, spellTemplate, writePrefix } from './template.ts';

const prefixed = prefixedCompressor(jsonCompressor);
const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/prefixed', import.meta.url)));
const LOGS = FIXTURES.filter(({ name }) => !name.startsWith('look-alike'));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(
  text: string,
  level: Level = 'lossless',
  more: Partial<CompressOptions> = {},
): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE, ...more };
  return prefixed.compress(text, options);
}

function claim(text: string): number {
  return prefixed.claim(new Sample(text));
}

const lines = (line: (i: number) => string): string => Array.from({ length: 40 }, (_, i) => line(i)).join('\n');

describe('the lossless form', () => {
  test('gives back every log to the byte, in less than two thirds of its tokens (R-9)', () => {
    for (const { name, text } of LOGS) {
      const said = compress(text);
      expect(said?.loss, name).toBe('none');
      expect(prefixed.expand(said!.text), name).toBe(text);
      expect(o200k.count(said!.text), name).toBeLessThan(o200k.count(text) * 0.66);
    }
  });

  test('says what stands before the JSON once, its words as columns', () => {
    const head = (name: string): string => compress(fixture(name))!.text.split('\n')[0]!;
    expect(head('compose')).toContain('each behind "{@1:10}| "');
    expect(head('kubectl-timestamps')).toContain('each behind "{@1}.{@2}Z "');
    expect(head('sse')).toContain(String.raw`each behind "\ndata: "`);
    expect(head('sse-events')).toContain(String.raw`each behind "\nevent: {@1}\nid: {@2}\ndata: "`);
    expect(head('python-logging')).toContain('spelled with blanks, in ASCII');
  });

  test('keeps lines of other kinds word for word, by their numbers', () => {
    const text = fixture('kubectl-timestamps');
    const at = text.split('\n').findIndex((line) => line.includes('panic: '));
    expect(compress(text)!.text).toContain(`\n${at + 1}:${text.split('\n')[at]!}`);
  });

  test('is not made where JSON is asked for', () => {
    expect(compress(fixture('compose'), 'lossless', { responseFormat: 'json' })).toBeUndefined();
  });

  test('leaves texts alone whose JSON has names of its columns', () => {
    expect(compress(lines((i) => `web | {"@1":"x","level":"info","n":${i}}`))).toBeUndefined();
  });
});

describe('any lines', () => {
  const lead = fc.constantFrom(
    '',
    '2026-11-20T09:00:07.123456Z ',
    '2026-11-20T09:00:08.5Z ',
    'web-1     | ',
    'w    | ',
    'a  b ',
    'data: ',
    '{x} ',
    '{@1} ',
    '\t',
    '[a b] ',
  );
  const json = fc.oneof(
    { weight: 4, arbitrary: fc.record({ level: fc.constantFrom('info', 'warn'), n: fc.nat(99), s: fc.string() }) },
    fc.dictionary(fc.constantFrom('a', 'b', '1', '@1', 'é'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
  );
  const spelled = fc.tuple(json, fc.constantFrom(...STYLES)).map(([value, { spell }]) => spell(JSON.stringify(value)));
  const odd = fc.constantFrom(
    '',
    'plain',
    'event: x',
    'data: [DONE]',
    '{"cut":',
    '{"a":1.0}',
    '{"a": 1,"b":2}',
    '{"a":"\\/"}',
    '12:x',
  );
  const line = fc.oneof({ weight: 8, arbitrary: fc.tuple(lead, spelled).map(([a, b]) => a + b) }, odd);
  const body = fc.oneof(
    fc.array(line, { maxLength: 30 }),
    // The same lead again and again, with lines between.
    fc
      .tuple(lead, fc.array(fc.tuple(spelled, fc.constantFrom('', '', '\n', '\nevent: a', '\nodd')), { maxLength: 30 }))
      .map(([a, rows]) => rows.map(([text, after]) => a + text + after)),
  );

  test('come back to the byte (R-9)', () => {
    fc.assert(
      fc.property(body, fc.constantFrom('\n', '\r\n'), fc.boolean(), (some, end, isEnded) => {
        const text = some.join('\n').split('\n').join(end) + (isEnded ? end : '');
        const said = compress(text);
        if (said) expect(prefixed.expand(said.text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('cut anywhere come back to the byte', () => {
    for (const { text } of LOGS) {
      for (let at = 300; at < text.length; at += 811) {
        const said = compress(text.slice(0, at));
        if (said) expect(prefixed.expand(said.text)).toBe(text.slice(0, at));
      }
    }
  });

  test('that follow a template give their words and are written from them', () => {
    const word = fc.constantFrom('a', 'web-1', '2026-11-20T09:00:07.123Z', '09:10:11,5', '|', '{@1}', 'x.y');
    const prefix = fc
      .array(fc.tuple(word, fc.constantFrom(' ', '  ', '\n')), { maxLength: 4 })
      .map((some) => some.flat().join(''));
    fc.assert(
      fc.property(fc.array(prefix, { minLength: 1, maxLength: 8 }), (some) => {
        const learned = learnTemplate(some);
        if (!learned) return;
        const template = readTemplate(spellTemplate(learned));
        expect(template).toEqual(learned);
        for (const one of some) {
          const cells = readCells(template, one);
          if (cells) expect(writePrefix(template, cells)).toBe(one);
        }
      }),
    );
  });

  test('are minified to what every style is spelled from', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(...STYLES), (value, { spell }) => {
        const text = JSON.stringify(value);
        expect(minify(spell(text))).toBe(text);
      }),
    );
  });
});

describe('the view', () => {
  test('is that of the JSON, with the lines of other kinds', () => {
    const view = compress(fixture('kubectl-timestamps'), 'balanced')!;
    expect(view.loss).toBe('recoverable');
    expect(view.text).toContain('panic: runtime error: index out of range [3] with length 3');
    expect(view.text).toContain('error');
  });
});

describe('the claim', () => {
  test.each(LOGS.map(({ name, text }) => [name, text]))('is made for %s, before the one of JSON', (_, text) => {
    expect(claim(text)).toBeGreaterThan(jsonCompressor.claim(new Sample(text)));
  });

  test.each([
    ['plain JSON lines', lines((i) => `{"a":${i},"b":"x"}`)],
    ['YAML with JSON values', fixture('look-alike-yaml')],
    ['declarations', fixture('look-alike-code')],
    ['assignments', lines((i) => `CONFIG[${i}] = {"a": ${i}}`)],
    ['hits of a search', lines((i) => `src/data/a.jsonl:${i + 1}:{"a":${i}}`)],
    ['a numbered file', lines((i) => `${i + 1}\t{"a":${i}}`)],
    ['a Markdown list', lines((i) => `- {"a": ${i}}`)],
    ['a diff', lines((i) => `+ {"a": ${i}}`)],
    ['CSS', lines((i) => `.a${i} { color: "red" }`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBe(0);
  });
});
