import { describe, expect, it } from 'vitest';
import { sameJson } from './same.ts';

const source = 'Result:\n{ "a": [1.0, "x y", null],\n  "b\\u00e9": {"c": true, "d": 12345678901234567890} }\ndone';

describe('sameJson', () => {
  it.each([
    [
      'white space between tokens',
      'Result:\n{"a":[1.0,"x y",null],"b\\u00e9":{"c":true,"d":12345678901234567890}}\ndone',
    ],
    ['the spelling of an escape', source.replace('\\u00e9', 'é')],
  ])('ignores %s', (_, other) => {
    expect(sameJson(source, other)).toBe(true);
  });

  it.each([
    ['number spelling', source.replace('1.0', '1')],
    ['the last digit of a long number', source.replace('890}', '891}')],
    ['white space in strings', source.replace('x y', 'xy')],
    ['key order', source.replace('"c": true, "d": 12345678901234567890', '"d": 12345678901234567890, "c": true')],
    ['a missing member', source.replace(', null', '')],
    ['a number become text', source.replace('1.0', '"1.0"')],
    ['text before', source.replace('Result', 'result')],
    ['white space in the text around', source.replace('\ndone', '\n\ndone')],
    ['an end that is missing', source.slice(0, -1)],
    ['more at the end', `${source}!`],
  ])('sees %s', (_, other) => {
    expect(sameJson(source, other)).toBe(false);
  });

  it('sees line breaks that are missing between JSON lines', () => {
    const lines = '{"a":1,"b":"some text"}\n{"a":2,"b":"some text"}\n{"a":3,"b":"some text"}';
    expect(sameJson(lines, lines.replaceAll('":', '": '))).toBe(true);
    expect(sameJson(lines, lines.replaceAll('\n', ''))).toBe(false);
    expect(sameJson(lines, lines.replaceAll('\n', '\n\n'))).toBe(false);
  });

  it('compares text without JSON byte for byte', () => {
    expect(sameJson('a  b', 'a  b')).toBe(true);
    expect(sameJson('a  b', 'a b')).toBe(false);
  });
});
