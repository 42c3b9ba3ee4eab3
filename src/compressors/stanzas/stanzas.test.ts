import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { readForm, shapesFor, writeForm } from './form.ts';
import { stanzasCompressor } from './stanzas.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/stanzas', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  return stanzasCompressor.compress(text, { level, call, tokens: o200k, deadline: NO_DEADLINE });
}

function claim(text: string): number {
  return stanzasCompressor.claim(new Sample(text));
}

function formOf(text: string): string | undefined {
  const lines = text.split('\n');
  const shapes = shapesFor(lines, NO_DEADLINE);
  return shapes && writeForm(lines, false, shapes);
}

function tokens(text: string): number {
  return o200k.count(text);
}

const repeat = (line: (i: number) => string, times = 12): string =>
  Array.from({ length: times }, (_, i) => line(i)).join('\n');

describe('the lossless form', () => {
  test('gives every text back to the byte (R-9)', () => {
    for (const { name, text } of FIXTURES) {
      const said = compress(text);
      if (!said) continue;
      expect(said.loss, name).toBe('none');
      expect(readForm(said.text), name).toBe(text);
    }
  });

  test('says what is alike once, and of each stanza what differs', () => {
    const text = fixture('packages');
    const form = compress(text)!.text;
    expect(form).toMatch(/^Package: \{1\}$/m);
    expect(form).toMatch(/^A libfern¦1\.4-1¦2\.21\)¦fern$/m);
    expect(form.match(/Maintainer/g)).toHaveLength(1);
  });

  test('leaves a stanza that is built otherwise as it is', () => {
    const form = compress(fixture('pods'))!.text;
    for (const line of ['      Reason:       ImagePullBackOff', '    Restart Count:  3', 'Service Account:  mailer'])
      expect(form).toContain(`\n${line}\n`);
    expect(form).toContain('  Warning  Failed   3m (x4 over 8m)      kubelet  Error: ErrImagePull');
  });

  test('says addresses of resources whole', () => {
    const text = fixture('plan');
    const form = compress(text)!.text;
    for (const [, address] of text.matchAll(/^ {2}# (\S+) will be created$/gm)) expect(form).toContain(address!);
  });

  test('keeps lines that look like its own', () => {
    const text = fixture('rows-that-need-a-backslash');
    expect(readForm(compress(text)!.text)).toBe(text);
  });

  test('is not made of a file that is shown', () => {
    const call = { name: 'Read', input: { file_path: '/tmp/packages.txt' } } as unknown as ToolCall;
    expect(compress(fixture('packages'), 'balanced', call)).toBeUndefined();
  });

  test('is not made of a text that holds a form already', () => {
    expect(compress(`${compress(fixture('packages'))!.text}\n${fixture('packages')}`)).toBeUndefined();
  });
});

describe('any text of stanzas', () => {
  const value = fc.constantFrom(
    '',
    'a',
    'a b',
    '"x"',
    '"y"',
    '{1}',
    '{2=z}',
    '|',
    'A',
    '/very/long/path/to/one',
    '/very/long/path/to/two',
    'ü 名',
    '\ud83d\ude00',
    ' ',
  );
  const line = fc.tuple(
    fc.constantFrom('', '', '  ', '    ', '\t', '  + ', '      ~ ', '-/+ '),
    fc.constantFrom('', '', 'id: ', 'name      = ', 'Status:   ', '"a.b" = ', 'Events: ', 'A ', '\\', 'B, 2 lines:'),
    value,
  );
  const block = fc.array(line, { minLength: 1, maxLength: 6 });
  const text = fc
    .array(fc.tuple(block, fc.nat(4), fc.nat(3), value), { minLength: 1, maxLength: 6 })
    .map((blocks) =>
      blocks
        .map(([lines, times, blanks, last]) =>
          Array.from({ length: times + 1 }, (_, i) =>
            lines.map(([indent, key, own], at) => indent + key + own + (at === 0 ? i : last)).join('\n'),
          ).join('\n'.repeat(blanks + 1)),
        )
        .join('\n\n'),
    );

  test('comes back whatever text of as many lines was claimed before it', () => {
    const stanzas = (name: string): string =>
      Array.from(
        { length: 20 },
        (_, i) => `Name: ${name}-${i}\nStatus: running as usual on every node\nAge: ${i}`,
      ).join('\n\n');
    expect([claim(stanzas('first')), claim(stanzas('second'))]).toEqual([0.6, 0.6]);
    expect(readForm(formOf(stanzas('first'))!)).toBe(stanzas('first'));
    expect(readForm(formOf(stanzas('second'))!)).toBe(stanzas('second'));
  });

  test('comes back to the byte (R-9)', () => {
    fc.assert(
      fc.property(text, (source) => {
        const form = formOf(source);
        if (form !== undefined) expect(readForm(form)).toBe(source);
      }),
      { numRuns: 1500 },
    );
  });

  test('cut anywhere, with CRLF or without, comes back to the byte', () => {
    for (const { text: whole } of FIXTURES)
      for (let at = 300; at < whole.length; at += 919)
        for (const cut of [whole.slice(0, at), whole.slice(0, at).replaceAll(/\r?\n/g, '\r\n')]) {
          const said = compress(cut);
          if (said) expect(readForm(said.text)).toBe(cut);
        }
  });
});

/** Blanks that align values are no stanza of what a view says. */
const squeezed = (text: string): string => text.replaceAll(/(?<=\S) {2,}/g, ' ');

describe('the view', () => {
  test('of a plan keeps every resource and every value that is known, and counts the others', () => {
    const text = fixture('plan');
    const { text: view, loss } = compress(text, 'balanced')!;
    expect(loss).toBe('recoverable');
    for (const [, address] of text.matchAll(/^ {2}# (\S+) (?:will|must) be /gm)) expect(view).toContain(address!);
    for (const line of text.split('\n'))
      if (/^\s*[~-] /.test(line) || line.startsWith('Plan: ')) expect(view).toContain(squeezed(line));
    expect(view).toContain('      + 6 attributes (known after apply)');
    expect(view).toContain('      + 4 values (known after apply)');
    expect(view).toContain('[left out: 4 of "Reading", 4 of "Read complete", 9 of "Refreshing state"]');
    expect(view).toContain('Warning: Value for undeclared variable');
    expect(tokens(view)).toBeLessThan(tokens(text) * 0.4);
  });

  test('of a description keeps states, events and what is not as usual', () => {
    const text = fixture('pods');
    const { text: view, loss } = compress(text, 'balanced')!;
    expect(loss).toBe('recoverable');
    for (const said of [
      'ImagePullBackOff',
      'Error: ErrImagePull',
      'Back-off pulling image',
      'registry.example.com/mailer:2.2.0',
    ])
      expect(view).toContain(said);
    expect(view).toContain('    [1 as usual: Container ID]');
    expect(view).not.toContain('sha256');
    const odd = text.replaceAll('ConfigMapOptional:       <nil>', 'ConfigMapOptional:       true');
    expect(compress(odd, 'balanced')!.text).toContain('ConfigMapOptional: true');
  });

  test('of certificates keeps names, dates and fingerprints', () => {
    const view = compress(fixture('certificates'), 'balanced')!.text;
    for (const said of ['host3', '[18 lines: 257 bytes]', 'CA:TRUE', '08:3F:86:CB']) expect(view).toContain(said);
    expect(tokens(view)).toBeLessThan(800);
  });
});

describe('the view of many stanzas that are alike', () => {
  const record = (i: number): string =>
    `id: ${i * 31}\nowner: team-${i % 3}\nstate: ${i === 70 ? 'paused' : 'open'}\nlast: ${i === 90 ? 'refused by host 9' : `seen on day ${i % 29}`}\nsize: ${i === 60 ? 9000 : 100 + (i % 50)}\nregion: north\n`;
  const text = repeat(record, 120);

  test('keeps the first, the last, failures and what is rare, and counts the others by their columns', () => {
    const { text: view, loss } = compress(text, 'balanced')!;
    expect(loss).toBe('recoverable');
    for (const said of [
      'A 0|team-0',
      `A ${119 * 31}|team-2`,
      `A ${70 * 31}|team-1|paused`,
      `A ${90 * 31}|team-0||refused by host 9`,
    ])
      expect(view).toContain(said);
    expect(view).toContain('[48 more of A: {2} 16 x team-0, 16 x team-1, 16 x team-2; {3} 48 x open]');
    const left = [...view.matchAll(/^\[(\d+) more of A/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(left + view.match(/^A /gm)!.length).toBe(120);
  });

  test('leaves out no resource of a plan', () => {
    const one = (i: number): string =>
      `  # lamp.this[${i}] will be created\n  + resource "lamp" "this" {\n      + id   = (known after apply)\n      + name = "lamp-${i}"\n    }\n`;
    expect(compress(repeat(one, 120), 'balanced')!.text.match(/lamp\.this\[\d+\]/g)).toHaveLength(120);
  });
});

describe('the claim', () => {
  test.each(FIXTURES.filter(({ name }) => !/look-alike|letters/.test(name)).map(({ name, text }) => [name, text]))(
    'is made for %s',
    (_, text) => expect(claim(text)).toBeGreaterThanOrEqual(0.5),
  );

  test.each([
    ['pretty JSON', `[\n${repeat((i) => `  {\n    "id": ${i},\n    "name": "n${i}"\n  },`)}\n]`],
    ['a log', repeat((i) => `2026-03-02T08:12:${10 + i}Z INFO worker: job ${i} done`, 60)],
    [
      'source',
      repeat((i) => `export function f${i}(a: number): number {\n  const b: number = a * ${i};\n  return b;\n}\n`),
    ],
    ['prose', repeat((i) => `It was on day ${i} that we met.\nThere was talk of lamps.\nAnd then it rained.\n`)],
    ['settings of all sorts', repeat((i) => `key${i * 7} = ${'value '.repeat(i)}`, 40)],
  ])('is not made for %s', (_, text) => expect(claim(text)).toBe(0));
});

test('a megabyte of one thing comes back to the byte', () => {
  for (const text of [
    'a: b\n'.repeat(200_000),
    '\n'.repeat(1_000_000),
    ' '.repeat(1_000_000),
    ' \n  a\n'.repeat(150_000),
  ]) {
    const form = formOf(text);
    if (form !== undefined) expect(readForm(form)).toBe(text);
  }
});
