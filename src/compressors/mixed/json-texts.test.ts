import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { compressors } from '../index.ts';

const jsonTexts = compressors.find(({ name }) => name === 'json-texts')!;

function shorten(value: unknown, level: Level = 'lossless', options: Partial<CompressOptions> = {}) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return jsonTexts.compress(text, { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE, ...options });
}

function rebuilt(form: Compressed | undefined): unknown {
  return JSON.parse(jsonTexts.expand(form!.text)!);
}

const LOG = Array.from(
  { length: 300 },
  (_, i) => `2026-03-01 12:00:${String(i % 60).padStart(2, '0')} INFO  worker ${i % 7} took job ${i}\tin "${i * 3}" ms`,
);
LOG[170] = '2026-03-01 12:00:50 ERROR worker 2 lost job 170: disk full';

describe('JSON that carries texts', () => {
  test('what a command printed is said as what it is, below the JSON it stood in', () => {
    const result = { output: LOG.join('\n'), metadata: { exit_code: 0, duration_seconds: 1.5 } };
    const form = shorten(result)!;
    const [head, json] = form.text.split('\n');
    expect(head).toMatch(
      /^\[headroom: JSON, its long texts written out below it; by lines: 1 (?:json|as they are), \d+ log]$/,
    );
    expect(JSON.parse(json!)).toEqual({ output: '(text 1)', metadata: { exit_code: 0, duration_seconds: 1.5 } });
    expect(rebuilt(form)).toEqual(result);
    const plain = JSON.stringify(result);
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(plain) * 0.5);
  });

  test('a view of the text keeps what is rare in it, and all of the JSON', () => {
    const form = shorten({ job: 'nightly', output: LOG.join('\n'), took: 12.25 }, 'balanced')!;
    expect(form.loss).toBe('recoverable');
    for (const fact of ['nightly', '12.25', 'lost job 170: disk full']) expect(form.text).toContain(fact);
    expect(o200k.count(form.text)).toBeLessThan(400);
  });

  test('a text that failed takes no view of a kind that may leave failures out', () => {
    const failed = `${LOG.join('\n')}\nTraceback (most recent call last):\nValueError: no such job`;
    expect(shorten({ output: failed }, 'balanced')?.loss).toBe('none');
  });

  test('numbers, order of keys and keys that look like names come back as they were', () => {
    const text = `{"b": 1.0, "a": 12345678901234567890, "out": ${JSON.stringify(LOG.join('\r\n'))}, "(text": null}`;
    const expanded = jsonTexts.expand(shorten(text)!.text)!;
    expect(expanded.replaceAll(/\s(?=["\d])/g, '')).toContain('"b":1.0,"a":12345678901234567890,');
    expect(jsonTexts.same(text, expanded)).toBe(true);
  });

  test('JSON as text inside JSON, however spelt, gets a view; where nothing may be lost the compressor of JSON has it', () => {
    const keyOf = (id: number): string =>
      ((id * 2_654_435_761) % 2 ** 32).toString(36) + ((id * 4_050_377) % 2 ** 31).toString(36);
    const rows = LOG.map((name, id) => ({ id, name, key: keyOf(id) }));
    const oddly = JSON.stringify({ rows }, null, 2).replaceAll('": ', '" : ');
    const view = shorten([{ type: 'text', text: oddly }], 'balanced')!;
    expect(view.loss).toBe('recoverable');
    expect(view.text).toContain('lost job 170: disk full');
    expect(shorten([{ type: 'text', text: oddly }])).toBeUndefined();
  });

  test('a file in base64 stands as it reads', () => {
    const program = Array.from(
      { length: 60 },
      (_, i) => `export const step${i} = (n: number) => n * ${i}; // "Zoë"`,
    ).join('\n');
    const base64 = Buffer.from(program).toString('base64');
    const lines = `${base64.replaceAll(/(.{60})/g, '$1\n')}\n`;
    for (const content of [base64, lines]) {
      const result = { name: 'steps.ts', encoding: 'base64', content };
      for (const level of ['lossless', 'balanced'] as const) {
        const form = shorten(result, level)!;
        expect([form.loss, form.text.includes(program)]).toEqual(['none', true]);
        expect(rebuilt(form)).toEqual(result);
        expect(o200k.count(form.text)).toBeLessThan(o200k.count(JSON.stringify(result)) * 0.6);
      }
    }
  });

  test.each(['"(text 1 in base64, lines of 0)"', '"(text 2)"', '{"a":"(text 1)","b":"(text 1)"}', '', '"(text 1'])(
    'a damaged form is read without harm: %s',
    (json) => {
      const form = `[headroom: JSON, its long texts written out below it; by lines: 1 as they are, 2 as they are]\n${json}\na\nb`;
      expect(jsonTexts.expand(form)).toBeUndefined();
    },
  );

  test('texts of web pages that a search found stand one after the other', () => {
    const page = (n: number): string =>
      `# Page ${n}\n\n${`Some words of page ${n}, [a link](https://docs.test/${n}).\n`.repeat(30)}`;
    const found = { results: [1, 2, 3].map((n) => ({ url: `https://docs.test/${n}`, content: page(n) })) };
    expect(rebuilt(shorten(found))).toEqual(found);
  });

  test.each([
    ['a text that is read as one of the names', { first: '(text 1)', output: LOG.join('\n') }],
    ['text that is not well formed', { output: `\ud800${LOG.join('\n')}` }],
    ['a document that is mostly something else', { output: LOG.slice(0, 8).join('\n'), rows: LOG }],
    ['a table of texts', LOG.slice(0, 40).map((line) => ({ body: `${line}\n`.repeat(8) }))],
    ['JSON that is cut off', JSON.stringify({ output: LOG.join('\n') }).slice(0, -9)],
  ])('leaves alone %s', (_, value) => {
    expect(shorten(value)).toBeUndefined();
  });

  test('leaves JSON alone where JSON was asked for', () => {
    expect(shorten({ output: LOG.join('\n') }, 'balanced', { responseFormat: 'json' })).toBeUndefined();
  });

  test('claims such JSON before the compressor of JSON does, and no other', () => {
    const claim = (value: unknown): number => jsonTexts.claim(new Sample(JSON.stringify(value, null, 2)));
    expect(claim({ id: 7, output: LOG.join('\n') })).toBeGreaterThan(0.95);
    expect(claim(LOG.map((line, id) => ({ id, line })))).toBe(0);
    expect(jsonTexts.claim(new Sample(LOG.join('\n')))).toBe(0);
  });

  test('R-11 any text comes back from any place in any JSON', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        'a',
        '  x',
        '{"a": 1}',
        '"(text 2)',
        '[headroom: 3 lines]',
        '\\n',
        '"',
        '\u001b[31mred\u001b[0m',
      ),
      fc.constantFrom(...LOG),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    const text = fc.tuple(fc.array(line, { minLength: 3, maxLength: 60 }), fc.constantFrom('\n', '\r\n'));
    const long = text.map(([lines, end]) => lines.join(end));
    const around = fc.jsonValue({ maxDepth: 2 });
    const holders = fc.array(fc.record({ text: long, id: around }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(holders, around, fc.nat(2), (texts, other, indent) => {
        const source = JSON.stringify({ texts, other }, null, indent);
        const form = shorten(source);
        if (!form) return;
        const expanded = jsonTexts.expand(form.text)!;
        expect(JSON.parse(expanded)).toEqual(JSON.parse(source));
        expect(jsonTexts.same(source, expanded)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });
});
