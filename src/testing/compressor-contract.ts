/**
 * What every compressor promises. Give it your compressor, a few texts of its kind, at least one of which it shortens,
 * and the test function of your runner:
 *   compressorContract(yamlCompressor, readFixtures('fixtures/compressors/yaml'), { test });
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compressed, CompressOptions, Compressor, Level } from '../core/compressor.ts';
import { DeadlineExceeded, NO_DEADLINE } from '../core/deadline.ts';
import type { Deadline } from '../core/deadline.ts';
import { Sample } from '../core/sample.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

/** A text of the compressor's kind. */
export interface CompressorFixture {
  readonly name: string;
  readonly text: string;
}

/** Your test runner. */
export interface CompressorContractRunner {
  readonly test: (name: string, body: () => void) => void;
}

const LEVELS: readonly Level[] = ['lossless', 'balanced', 'aggressive'];

const LONG = 1 << 16;
const counts = new Map<string, number>();
/** Counts long texts once: a megabyte of one character takes a second, and every level of every compressor asks. */
const tokens: Tokenizer = {
  ...o200k,
  count(text: string): number {
    if (text.length < LONG) return o200k.count(text);
    const known = counts.get(text) ?? o200k.count(text);
    counts.set(text, known);
    return known;
  },
};

/** Every `*.txt` of a folder, byte for byte, in the order of their names. */
export function readFixtures(folder: string): readonly CompressorFixture[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

export function compressorContract(
  compressor: Compressor,
  fixtures: readonly CompressorFixture[],
  { test }: CompressorContractRunner,
): void {
  const texts = [...fixtures, ...HOSTILE_TEXTS];

  test(`${compressor.name} claims and shortens at least one of its fixtures`, () => {
    const isShortened = ({ text }: CompressorFixture): boolean =>
      claimOf(compressor, text) >= 0.5 && LEVELS.some((level) => compress(compressor, text, level) !== undefined);
    assert.ok(fixtures.some(isShortened), `none of its ${fixtures.length} fixtures is claimed and shortened`);
  });

  test(`${compressor.name} claims any text with a number from 0 to its highest, always the same`, () => {
    for (const { name, text } of texts) {
      const claim = claimOf(compressor, text);
      assert.ok(claim >= 0 && claim <= (compressor.highestClaim ?? 1), `claims ${claim} of ${name}`);
      assert.equal(claimOf(compressor, text), claim, name);
    }
  });

  for (const { name, text } of texts) {
    test(`${compressor.name} keeps its promises with ${name}`, () => {
      for (const level of LEVELS) checkCompress(compressor, text, level);
    });

    test(`${compressor.name} finds no form of its own in ${name}`, () => {
      const expanded = compressor.expand(text);
      assert.ok(expanded === undefined || compressor.same(text, expanded));
    });
  }

  for (const { name, text } of fixtures) {
    test(`${compressor.name} gives back ${name} when its own output is shortened again`, () => {
      checkAgain(compressor, text);
    });

    test(`${compressor.name} reads damaged forms of ${name} without throwing`, () => {
      for (const damaged of damage(compress(compressor, text)?.text ?? text)) compressor.expand(damaged);
    });

    test(`${compressor.name} lets a passed deadline through, wherever it notices it, in ${name}`, () => {
      checkDeadline(compressor, text);
    });
  }
}

function claimOf(compressor: Compressor, text: string): number {
  return compressor.claim(new Sample(text));
}

function compress(
  compressor: Compressor,
  text: string,
  level: Level = 'lossless',
  deadline: Deadline = NO_DEADLINE,
): Compressed | undefined {
  const options: CompressOptions = { level, call: undefined, tokens, deadline };
  return compressor.compress(text, options);
}

function checkCompress(compressor: Compressor, text: string, level: Level): void {
  const compressed = compress(compressor, text, level);
  assert.deepEqual(compress(compressor, text, level), compressed, 'a second call gave something else');
  if (!compressed) return;
  assert.ok(compressed.text.length <= text.length, 'longer in characters');
  assert.ok(tokens.count(compressed.text) <= tokens.count(text), 'longer in tokens');
  if (level === 'lossless') assert.equal(compressed.loss, 'none', 'loses something at level lossless');
  if (compressed.loss === 'none') checkExpands(compressor, text, compressed.text);
}

function checkExpands(compressor: Compressor, source: string, form: string): void {
  const expanded = compressor.expand(form);
  assert.ok(expanded !== undefined, 'the form does not expand');
  assert.ok(compressor.same(source, expanded), 'the form expands to something else');
  assert.ok(!compressor.same(source, `${expanded}\nand more`), 'a longer text counts as the same');
  assert.ok(!compressor.same(source, ''), 'an empty text counts as the same');
}

function checkAgain(compressor: Compressor, text: string): void {
  const form = compress(compressor, text)?.text;
  if (form === undefined) return;
  for (const source of [form, `${form}\n${text}`, `${text}\n${form}`, `${form}\n${form}`]) {
    const again = compress(compressor, source);
    if (again?.loss === 'none') checkExpands(compressor, source, again.text);
  }
}

/** Forms cut off, with a line missing, doubled or changed: what a model or a client may hand back. */
function damage(form: string): readonly string[] {
  const lines = form.split('\n');
  const step = Math.max(1, Math.floor(lines.length / 20));
  const places = lines.map((_, i) => i).filter((i) => i % step === 0);
  return [
    ...Array.from({ length: 20 }, (_, i) => form.slice(0, (form.length * i) / 20)),
    ...Array.from({ length: 20 }, (_, i) => form.slice((form.length * i) / 20)),
    ...places.map((i) => lines.toSpliced(i, 1).join('\n')),
    ...places.map((i) => lines.toSpliced(i, 0, lines[i]!).join('\n')),
    ...places.map((i) => lines.with(i, lines[i]!.replaceAll(/\d/g, '9')).join('\n')),
    ...places.map((i) => lines.with(i, lines[i]!.replaceAll(/\d+/g, '-1')).join('\n')),
    form.replaceAll(/\d+/g, '999999999'),
    form.replaceAll(/\d+/g, '9'.repeat(30)),
    form.replaceAll('\n', '\r\n'),
  ];
}

/** Lets the deadline pass at the first check, at the last, and at some between: each time it must come out. */
function checkDeadline(compressor: Compressor, text: string): void {
  let checks = 0;
  const compressed = compress(compressor, text, 'lossless', { check: () => void checks++ });
  assert.ok(checks > 0 || !compressed, 'does its work without asking for the deadline');
  for (const allowed of new Set([0, 1, checks >> 2, checks >> 1, checks - 1])) {
    if (allowed < 0 || allowed >= checks) continue;
    let left = allowed;
    const check = (): void => {
      if (left-- <= 0) throw new DeadlineExceeded(`passed after ${allowed} checks`);
    };
    assert.throws(() => compress(compressor, text, 'lossless', { check }), DeadlineExceeded);
  }
}
