import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { readFixtures } from '../../testing/compressor-contract.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { compressors } from '../index.ts';
import { idLengths, isId } from './ids.ts';
import { lockCompressor } from './lock.ts';
import { longLinesCompressor } from './long-lines.ts';
import { type Loose, readLoose } from './loose-json.ts';
import { readRecords, RecordsView } from './records-view.ts';
import { shortenedString } from './shorten.ts';

const kind = (name: string): Compressor => compressors.find((each) => each.name === name)!;
const READ: ToolCall = { id: 'a', name: 'Read', input: { file_path: '/tmp/run.jsonl' } };

function fixture(folder: string, name: string): string {
  const path = fileURLToPath(new URL(`../../../fixtures/compressors/${folder}`, import.meta.url));
  return readFixtures(path).find((each) => each.name === `${name}.txt`)!.text;
}

function compress(by: Compressor, text: string, level: Level = 'balanced', call = READ): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline: NO_DEADLINE };
  return by.compress(text, options);
}

function numbered(text: string, first = 1): string {
  return text
    .split('\n')
    .map((line, at) => `${first + at}\t${line}`)
    .join('\n');
}

describe('JSON lines', () => {
  const records = kind('records');
  const cutOff = fixture('records', 'transcript-cut-off');

  test('every record stands under its line number, with its keys, in order', () => {
    const view = compress(records, cutOff)!;
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThan(o200k.count(cutOff) * 0.5);
    const [, ...body] = view.text.split('\n');
    expect(body.map((line) => Number.parseInt(line, 10))).toEqual(Array.from({ length: 28 }, (_, at) => at + 1));
    expect(body[2]).toMatch(/^3: \{parent:[0-9a-f]{8}…,type:"call",tool:"shell",input:\{command:"make check",note:"/);
  });

  test('what nearly all records share is said once, with the records that lack it', () => {
    const [head, ...body] = compress(records, cutOff)!.text.split('\n');
    expect(head).toContain('left out below because the same in all but 6: session: "');
    expect(head).toContain('cwd: "/home/ada/orchard"');
    expect(body.join('\n')).not.toContain('/home/ada/orchard');
  });

  test('long strings end with how many characters are left out, in the spelling of the source', () => {
    const words = (i: number): string =>
      Array.from({ length: 300 }, (_, j) => `w${(i * 31 + j * j * 7) % 997}`).join(' ');
    const text = Array.from({ length: 12 }, (_, i) => JSON.stringify({ id: i, note: `"quoted" ${words(i)}` }));
    const view = compress(records, text.join('\n'))!.text;
    for (const [at, line] of view.split('\n').slice(1).entries()) {
      const raw = JSON.stringify(JSON.parse(text[at]!).note).slice(1, -1);
      const [, kept = '', more] = /note:"((?:[^"\\]|\\.)*)"\+(\d+)\}$/.exec(line)!;
      expect(raw.startsWith(kept)).toBe(true);
      expect(kept.length + Number(more)).toBe(raw.length);
    }
  });

  test('a record that failed loses nothing, and a failure inside a long string is shown (R-13)', () => {
    const view = compress(records, cutOff)!.text;
    expect(view).toMatch(/^19, whole: .*undefined reference to lantern_open.*is_error:true/m);
    const long = `${'calm '.repeat(200)}then a fatal error: mast broken${' calm'.repeat(200)}`;
    expect(shortenedString(long, 80)).toContain('fatal error: mast broken');
  });

  test('a record of a kind that comes once loses nothing', () => {
    expect(compress(records, cutOff)!.text).toMatch(/^6, whole: \{type:"snapshot"/m);
  });

  test('a line that the client cut off says so', () => {
    const lines = cutOff.split('\n');
    const view = compress(records, cutOff)!.text.split('\n').slice(1);
    for (const [at, line] of view.entries())
      expect(line.endsWith('(the line breaks off here)'), line).toBe(lines[at]!.length === 2000);
  });

  test('many records alike are counted rather than listed', () => {
    const view = compress(records, fixture('records', 'events-alike'))!;
    expect(view.text).toContain('failed');
    expect(o200k.count(view.text)).toBeLessThan(1_500);
  });

  test('results of other calls, and settings, are left to others', () => {
    const call = { id: 'a', name: 'Bash', input: { command: 'node events.js' } };
    expect(compress(records, cutOff, 'aggressive', call)).toBeUndefined();
    expect(compress(records, cutOff, 'lossless')).toBeUndefined();
    expect(records.claim(new Sample(fixture('records', 'lookalike-settings')))).toBe(0);
  });

  test('any JSON is read as it is spelled, and any beginning of it as cut off', () => {
    const spelled = (value: Loose): string => {
      if (value.kind === 'word') return value.raw;
      if (value.kind === 'text') return `"${value.raw}"`;
      if (value.kind === 'list') return `[${value.items.map(spelled).join(',')}]`;
      return `{${value.members.map(([key, member]) => `"${key}":${spelled(member)}`).join(',')}}`;
    };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.nat(), (record, at) => {
        const line = JSON.stringify(record);
        const read = readLoose(line)!;
        expect(read.isCut).toBe(false);
        expect(spelled(read.value)).toBe(line);
        const cut = readLoose(line.slice(0, 1 + (at % (line.length - 1))));
        expect(cut?.isCut).toBe(true);
      }),
    );
  });

  test('whatever the records, each stands there once, and the same bytes give the same view', () => {
    const record = fc.record({
      type: fc.constantFrom('a', 'b'),
      id: fc.uuid(),
      text: fc.string(),
      more: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.integer({ min: 8, max: 60 }), (list, chars) => {
        const lines = list.map((each) => JSON.stringify(each));
        const read = readRecords(lines, NO_DEADLINE)!;
        const records = new RecordsView(read);
        const view = records.write({ chars, items: 4 }, NO_DEADLINE);
        expect(
          view
            .split('\n')
            .slice(1)
            .map((line) => Number.parseInt(line, 10)),
        ).toEqual(lines.map((_, at) => at + 1));
        expect(records.write({ chars, items: 4 }, NO_DEADLINE)).toBe(view);
      }),
    );
  });

  test('ids keep so much that no two are the same', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 60 }), (ids) => {
        const lengths = idLengths(new Set(ids));
        expect(new Set(ids.map((id) => id.slice(0, lengths.get(id)))).size).toBe(ids.length);
      }),
    );
    expect(['5440873c-2d59-4c8c-88ec-c0a8c38a027d', 'toolu_018GZVh9ymkrdx1TnR8reg5Y'].every(isId)).toBe(true);
    expect(['2026-03-04T10:00:00Z', 'a plain sentence of words', '/home/ada/orchard/main.c', '12345'].some(isId)).toBe(
      false,
    );
  });
});

describe('behind line numbers', () => {
  const fileRead = kind('file-read');

  test('the view of the kind stands for the file, and says what its numbers are', () => {
    const text = fixture('records', 'transcript-cut-off').trimEnd();
    const view = compress(fileRead, numbered(text))!;
    expect(view.loss).toBe('recoverable');
    expect(view.text).toContain('[headroom: lines 1-28 of the file; line numbers below are those of the file]');
    expect(view.text).toMatch(/^19, whole: /m);
    const later = compress(fileRead, numbered(text, 101))!;
    expect(later.text).toContain('lines 101-128 of the file; what is called line 1 below is line 101 of the file');
    expect(compress(fileRead, numbered(text), 'lossless')?.loss ?? 'none').toBe('none');
  });

  test('what a client adds around the file stays as it is', () => {
    const text = `${numbered(fixture('records', 'transcript-cut-off').trimEnd())}\n\n<note>be careful</note>`;
    expect(compress(fileRead, text)!.text.endsWith('\n<note>be careful</note>')).toBe(true);
  });

  test('of a run that failed only views that keep every failure are taken (R-13)', () => {
    const run = Array.from({ length: 400 }, (_, i) => `tests/test_orchard.py::test_row_${i} PASSED`);
    const failed = [...run, 'tests/test_harbour.py::test_gate FAILED', 'Process exited with code 1'].join('\n');
    const view = compress(fileRead, numbered(failed))!;
    expect(view.text).toContain('tests/test_harbour.py::test_gate FAILED');
    const records = fixture('records', 'transcript-cut-off').trimEnd();
    expect(compress(fileRead, numbered(`${records}\nexited with code 1`))?.loss ?? 'none').toBe('none');
  });

  test('code behind numbers loses nothing', () => {
    const text = numbered(Array.from({ length: 400 }, (_, i) => `  const value${i} = read(${i});`).join('\n'));
    for (const level of ['balanced', 'aggressive'] as const) expect(compress(fileRead, text, level)?.loss).toBe('none');
  });
});

describe('lock files', () => {
  test.each(['npm', 'cargo', 'yarn', 'go-sum', 'mix'])('every package of %s stands there with its version', (name) => {
    const text = fixture('lock', name);
    expect(lockCompressor.claim(new Sample(text))).toBeGreaterThan(0.9);
    const view = compress(lockCompressor, text)!.text;
    expect(view).toContain('its 32 packages by name and version');
    expect(view).toMatch(/\bmarket[-_]valley v?\d/);
  });

  test('a manifest that people write is no lock', () => {
    expect(lockCompressor.claim(new Sample(fixture('lock', 'lookalike-manifest')))).toBe(0);
  });
});

describe('lines that nobody reads', () => {
  test('stand there by their beginning and end; one that tells of a failure stays', () => {
    const view = compress(longLinesCompressor, fixture('long-lines', 'minified'))!.text;
    expect(view).toContain('1: /*! orchard 1.0.0 */');
    expect(view).toMatch(/^2: "use strict";.* … \d+ characters … .*\}$/m);
    const failing = compress(longLinesCompressor, fixture('long-lines', 'minified-with-failure'))!.text;
    expect(failing).toContain('Error: harbour closed');
  });

  test('paragraphs are no such lines', () => {
    expect(longLinesCompressor.claim(new Sample(fixture('long-lines', 'lookalike-paragraphs')))).toBe(0);
  });
});
