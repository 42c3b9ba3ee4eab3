import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { readYaml } from './read.ts';
import type { Layout } from './style.ts';
import { writeYaml } from './write.ts';
import { yamlCompressor } from './yaml.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/yaml', import.meta.url)));
const yaml = yamlCompressor(jsonCompressor);

function compress(text: string, call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level: 'lossless', call, tokens: o200k, deadline: NO_DEADLINE };
  return yaml.compress(text, options);
}

function claim(text: string): number {
  return yaml.claim(new Sample(text));
}

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

compressorContract(yaml, FIXTURES, { test });

describe('the lossless form', () => {
  test.each(['pods.txt', 'chart.txt'])('of %s comes back to the byte and is far shorter', (name) => {
    const source = fixture(name);
    const form = compress(source)!;
    expect(claim(source)).toBeGreaterThanOrEqual(0.5);
    expect(yaml.expand(form.text)).toBe(source);
    expect(o200k.count(form.text)).toBeLessThan(o200k.count(source) * 0.65);
  });

  test('has the values that are rare, as they were spelled', () => {
    const form = compress(fixture('pods.txt'))!.text;
    expect(form).toContain('CrashLoopBackOff');
  });

  test('is not taken for a file that a call shows (R-12)', () => {
    const call: ToolCall = { id: '1', name: 'bash', input: { command: 'cat deploy/chart.yaml' } };
    expect(compress(fixture('chart.txt'), call)).toBeUndefined();
    const printed: ToolCall = { id: '1', name: 'bash', input: { command: 'kubectl get pods -o yaml' } };
    expect(compress(fixture('pods.txt'), printed)).toBeDefined();
  });

  test('a few blocks that stand in by another number of blanks come back too', () => {
    const source = fixture('pods.txt').replaceAll(
      '\n      env:\n      - name: STORE_URL\n        value',
      '\n      env:\n       - name: STORE_URL\n         value',
    );
    const form = compress(source)!;
    expect(form.text).toMatch(/^\[headroom: .*, block \d+ by 1, /);
    expect(yaml.expand(form.text)).toBe(source);
  });

  test('is not taken for YAML written by hand', () => {
    expect(compress(fixture('by-hand.txt').repeat(20))).toBeUndefined();
  });

  const style: Layout = { step: 2, dashes: 0, marked: false, many: true };

  test('what is read is written back to the byte or not read (R-9)', () => {
    const piece = fc.constantFrom(
      'a: 1',
      'b:',
      '  c: x',
      '  - d',
      '- e: f',
      '  g: "h: i"',
      '---',
      '',
      '# j',
      '  # k',
      'l: |',
      '  text',
      '    deeper',
      '- - m',
      'n: {}',
      'o: []',
      'p: [1, 2]',
      "q: 'r'",
      's: 1.10',
      't: ~',
      'u: null',
      'a: 1 ',
      'v:  w',
      ' x: y',
      'z: >-',
      '-',
      '12: 3',
      '__proto__: 1',
      'aa: "x',
      'bb: &c d',
      '- true',
      '- ff: |',
      '    gg',
      '#: hh',
      'ii: ',
      '\tjj: kk',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (lines) => {
        const source = lines.join('\n');
        const read = readYaml(source, [style], NO_DEADLINE);
        if (!read) return;
        const documents = JSON.parse(JSON.stringify(read.documents)) as typeof read.documents;
        expect(documents).toEqual(read.documents);
        if (writeYaml(documents, read.style).text !== source)
          expect(compress(`${source}\n`.repeat(30))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('any mapping that a program prints comes back to the byte', () => {
    const word = fc.constantFrom('name', 'app', 'x-y', 'a.b/c', 'Zürich', '"quoted: k"');
    const scalar = fc.constantFrom(
      '1',
      '1.10',
      'true',
      'yes',
      '"true"',
      'http://x.example.org:80/a',
      'a b c',
      '-1',
      '0x1f',
      '2026-11-20T10:00:00Z',
      '{}',
      '[]',
      '|-\n    x\n\n      y',
    );
    const entry = fc.tuple(word, scalar);
    fc.assert(
      fc.property(
        fc.array(fc.array(entry, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 9 }),
        (items) => {
          const unique = items.map((entries) => [...new Map(entries)]);
          const list = unique
            .map((entries) => entries.map(([key, value], i) => `${i === 0 ? '- ' : '  '}${key}: ${value}`).join('\n'))
            .join('\n');
          const text = `kind: List\nitems:\n${list}\n${list}\n${list}\nend: true\n`;
          const form = compress(text);
          if (form) expect(yaml.expand(form.text)).toBe(text);
          const read = readYaml(text.trimEnd(), [{ ...style, many: false }], NO_DEADLINE);
          expect(read && writeYaml(read.documents, read.style).text).toBe(text.trimEnd());
        },
      ),
    );
  });
});

test.each([
  ['comes twice', 'a: 1\nb: 2\na: 3'],
  ['comes twice around another mapping that has it', 'a: 1\nb:\n  a: 2\na: 3'],
  ['is one that objects have', 'a: 1\nconstructor: 2'],
])('a key that %s is not read', (_, text) => {
  expect(readYaml(text, [{ step: 2, dashes: 0, marked: false, many: false }], NO_DEADLINE)).toBeUndefined();
});

describe('the claim', () => {
  const many = (line: (i: number) => string): string => Array.from({ length: 50 }, (_, i) => line(i)).join('\n');
  test.each([
    ['a log', many((i) => `INFO: step ${i} done`)],
    ['headers', many((i) => `X-Header-${i}: value`)],
    ['Markdown', many((i) => (i % 3 ? `- item **${i}**` : `# title ${i}`))],
    ['code', many((i) => `  const a${i}: string = 'b';`)],
    ['search results', many((i) => `src/a.ts:${i}:  const b = 1`)],
  ])('is not made for %s', (_, text) => {
    expect(claim(text)).toBeLessThan(0.5);
  });
});

test.each([
  ['depth', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['dashes', '- '.repeat(500_000)],
  ['empty lines', `a: 1\n${'\n'.repeat(1_000_000)}`],
  ['empty lines in block texts', `a: |\n${'\n'.repeat(500_000)}  b\n`],
  ['documents', `a: 1\n${'---\na: 1\n'.repeat(100_000)}`],
  ['colons', `a${':'.repeat(1_000_000)}`],
])('1 MB of %s ends soon', (_, text) => {
  readYaml(text, [{ step: 2, dashes: 0, marked: false, many: true }], NO_DEADLINE);
  expect(claim(text)).toBeLessThan(1);
});
