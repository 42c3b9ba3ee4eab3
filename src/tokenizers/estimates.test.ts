import { describe, expect, test } from 'vitest';
import { calibrate, calibrated } from './calibrate.ts';
import { familyEstimates } from './family-estimates.ts';
import { tokenizerFor } from './index.ts';
import { o200k } from './o200k.ts';

const PROSE = 'The quick brown fox jumps over the lazy dog, and nobody in the village knows why it does that again. ';
const CODE = 'export function add(left: number, right: number): number {\n  return left + right;\n}\n';
const JSON_ROWS = '{"id":4711,"name":"left","tags":["a","b"],"score":0.25,"open":true},\n';
const HAN = '\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u53bb\u516c\u56ed\u6563\u6b65\u5427\u3002';

function ratio(name: string, to: string, text: string): number {
  return tokenizerFor(name).count(text.repeat(50)) / tokenizerFor(to).count(text.repeat(50));
}

describe('estimates by family', () => {
  test('Claude to 4.6 counts a sixth more of prose than o200k, and more of code and JSON', () => {
    expect(ratio('claude', 'o200k', PROSE)).toBeCloseTo(1.16, 1);
    expect(ratio('claude', 'o200k', CODE)).toBeGreaterThan(ratio('claude', 'o200k', PROSE));
    expect(ratio('claude', 'o200k', JSON_ROWS)).toBeCloseTo(1.3, 1);
  });

  test('Claude from 4.7 counts a third more of prose than before, less more of JSON, and the same of Chinese', () => {
    expect(ratio('claude-4-7', 'claude', PROSE)).toBeCloseTo(1.35, 1);
    expect(ratio('claude-4-7', 'claude', JSON_ROWS)).toBeLessThan(ratio('claude-4-7', 'claude', PROSE));
    expect(ratio('claude-4-7', 'claude', HAN)).toBeCloseTo(1, 1);
  });

  test('Gemini takes digits one by one', () => {
    expect(ratio('gemini', 'o200k', '4711 1234567 ')).toBeGreaterThan(1.4);
  });

  test.each(familyEstimates)('$name stays within a factor of 1.7 of o200k for any kind of text', ({ name }) => {
    for (const text of [PROSE, CODE, JSON_ROWS, HAN]) {
      expect(ratio(name, 'o200k', text)).toBeGreaterThan(1 / 1.7);
      expect(ratio(name, 'o200k', text)).toBeLessThan(1.7);
    }
  });

  test('a text of two parts is about the sum of both', () => {
    for (const tokenizer of familyEstimates) {
      const parts = tokenizer.count(`${PROSE}\n`) + tokenizer.count(CODE);
      expect(Math.abs(tokenizer.count(`${PROSE}\n${CODE}`) - parts)).toBeLessThanOrEqual(2);
    }
  });
});

describe('calibrating by the counts of a provider', () => {
  test('gives the factor between the sums, and no error where all texts agree', () => {
    const pairs = [100, 200, 700].map((ours) => ({ ours, theirs: ours * 1.3 }));
    const { factor, error, n } = calibrate(pairs)!;
    expect(factor).toBeCloseTo(1.3);
    expect(error).toBeCloseTo(0);
    expect(n).toBe(3);
  });

  test('states how far off it was for texts that it was not made from', () => {
    const pairs = [
      { ours: 100, theirs: 110 },
      { ours: 100, theirs: 130 },
      { ours: 100, theirs: 120 },
    ];
    // The others give 1.25, 1.15 and 1.2: off by 15 of 110, 15 of 130 and none of 120.
    expect(calibrate(pairs)!.error).toBeCloseTo((15 / 110 + 15 / 130) / 3);
  });

  test('says nothing of fewer than three texts, nor of counts that are none', () => {
    expect(
      calibrate([
        { ours: 1, theirs: 1 },
        { ours: 2, theirs: 2 },
      ]),
    ).toBeUndefined();
    const broken = [0, -1, Number.NaN, Infinity].map((ours) => ({ ours, theirs: 1 }));
    expect(calibrate(broken)).toBeUndefined();
    expect(
      calibrate([...broken, ...broken.map(({ ours, theirs }) => ({ ours: theirs, theirs: ours }))]),
    ).toBeUndefined();
  });

  test('corrects a tokenizer and says that it estimates, by the error that was measured', () => {
    const tokenizer = calibrated(o200k, { factor: 1.5, error: 0.07 });
    expect(tokenizer).toMatchObject({ name: 'o200k', exact: false, error: 0.07 });
    expect(tokenizer.count('one two')).toBe(3);
  });
});
