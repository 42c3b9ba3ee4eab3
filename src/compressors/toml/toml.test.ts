import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { jsonCompressor } from '../json/json.ts';
import { readSource, readForm, writeForm } from './form.ts';
import { tomlCompressor } from './toml.ts';

const toml = tomlCompressor(jsonCompressor);
const AS_IT_STANDS = (said: string): unknown => JSON.parse(said);
const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/toml', import.meta.url)));

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === name)!.text;
}

function compress(text: string, level: Level = 'lossless', call?: ToolCall): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return toml.compress(text, options);
}

const shows = (path: string): ToolCall => ({ name: 'Read', input: { file_path: path } }) as unknown as ToolCall;

test('tables that are alike take less than two thirds of the tokens without loss', () => {
  for (const name of [
    'cargo-lock.txt',
    'uv-lock.txt',
    'aws-ini.txt',
    'supervisor-ini.txt',
    'aws-ini-no-final-newline.txt',
  ]) {
    const text = fixture(name);
    const said = compress(text)!;
    expect(toml.expand(said.text)).toBe(text);
    expect(o200k.count(said.text)).toBeLessThan(o200k.count(text) * 0.66);
  }
});

test('a configuration that somebody wrote stays as it is', () => {
  expect(compress(fixture('pyproject-toml.txt'), 'aggressive')).toBeUndefined();
  expect(compress(fixture('supervisor-ini.txt'), 'balanced', shows('/etc/supervisor.ini'))).toBeUndefined();
});

test('a lock file that is shown is said without loss too: nobody edits it', () => {
  const said = compress(fixture('cargo-lock.txt'), 'lossless', shows('/srv/app/Cargo.lock'))!;
  expect(toml.expand(said.text)).toBe(fixture('cargo-lock.txt'));
  for (const [, name] of fixture('cargo-lock.txt').matchAll(/^name = "([^"]*)"/gm)) expect(said.text).toContain(name);
});

test('logs, env listings and YAML are not claimed', () => {
  const others = [
    '[INFO] building\n[INFO] done in 3 s\nresult = ok\n'.repeat(5),
    'PATH=/bin\nHOME=/root\nA=1\nB=2\nC=3\n',
    'a: 1\nb:\n  - x\n  - y\nc: 2\nd: 3\ne: 4\n',
    '{"a": [1, 2, 3]}',
  ];
  for (const text of others) expect(toml.claim(new Sample(text))).toBe(0);
});

test('whatever is read comes back to the byte (R-9)', () => {
  const value = fc.constantFrom(
    '"x"',
    '"=x"',
    '1',
    '01',
    '1.5',
    'true',
    '[]',
    '["a", "b"]',
    '[ "a" ]',
    '{ a = 1 }',
    '{a = "b", c = 2}',
    "'raw'",
    '"\\n"',
    '2026-03-02',
    '',
    '"""',
    '[1,2]',
    '# c',
    'word',
  );
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom('a', 'b-c', '"q r"', 'd.e', '7', 'two words'), fc.constantFrom(' = ', '=', ': '), value)
      .map((parts) => parts.join('')),
    fc.constantFrom(
      '',
      '# note',
      '; note',
      'l = [',
      '    "x",',
      ' "y",',
      ']',
      '[t]',
      '[[p]]',
      '[p.sub]',
      '[[p.q]]',
      'noise',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.constantFrom('', '\n'), (lines, end) => {
      const text = lines.join('\n') + end;
      const read = readSource(text, NO_DEADLINE);
      const form = read && writeForm(read, () => undefined);
      // What does not come back is not taken; that it throws or explodes is what must not be.
      if (form !== undefined) readForm(form, AS_IT_STANDS);
      if (read) expect(JSON.parse(JSON.stringify(read.document))).toEqual(read.document);
      const said = compress(text);
      if (said) expect(toml.expand(said.text)).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test('rows of tables come back to the byte', () => {
  const row = fc.tuple(
    fc.constantFrom('serde', 'tokio', 'a b'),
    fc.nat(99),
    fc.array(fc.constantFrom('x', 'y 1'), { maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 4, maxLength: 20 }), (rows) => {
      const text = rows
        .map(
          ([name, version, needs]) =>
            `[[package]]\nname = "${name}"\nversion = "${version}.0"\n${needs.length > 0 ? `dependencies = [\n${needs.map((need) => ` "${need}",\n`).join('')}]\n` : ''}`,
        )
        .join('\n');
      expect(
        readForm(
          writeForm(readSource(text, NO_DEADLINE)!, () => undefined),
          AS_IT_STANDS,
        ),
      ).toBe(text);
    }),
    { numRuns: 100 },
  );
});
