import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { terminal } from './terminal.ts';

/** A kind that says `ok ` lines without their first word. */
const okLines: Compressor = {
  name: 'ok-lines',
  claim: ({ head }) => (head.filter((line) => line.startsWith('ok ')).length > head.length / 2 ? 0.9 : 0),
  compress: (text) =>
    text.split('\n').every((line) => line.startsWith('ok '))
      ? { text: `[ok]\n${text.replaceAll(/^ok /gm, '')}`, loss: 'none' }
      : undefined,
  expand: (form) => (form.startsWith('[ok]\n') ? form.slice(5).replaceAll(/^/gm, 'ok ') : undefined),
  same: (source, expanded) => source === expanded,
};

const compressor = terminal([okLines]);
const ESC = '\x1b';

function compress(
  text: string,
  level: Level = 'lossless',
  more: Partial<CompressOptions> = {},
): ReturnType<Compressor['compress']> {
  return compressor.compress(text, { level, call: undefined, tokens: o200k, deadline: NO_DEADLINE, ...more });
}

const lines = (count: number, line: (i: number) => string, end = '\n'): string =>
  Array.from({ length: count }, (_, i) => line(i)).join(end);

function expectBack(text: string): string {
  const form = compress(text)!;
  expect(form.loss).toBe('none');
  expect(compressor.expand(form.text)).toBe(text);
  expect(o200k.count(form.text)).toBeLessThan(o200k.count(text));
  return form.text;
}

describe('lossless', () => {
  test('says colour codes in one character each', () => {
    const form = expectBack(lines(30, (i) => `${ESC}[32m✓${ESC}[39m test number ${i} ${ESC}[2m(${ESC}[22m3ms)`));
    expect(form).toMatch(/^\[headroom: terminal output, all here; ¹ is ESC\[32m; ² is ESC\[39m/);
    expect(form).toContain('¹✓² test number 7');
  });

  test('takes no character that the text has for a mark', () => {
    const form = expectBack(lines(30, (i) => `${ESC}[32m¹²³¼${ESC}[39m ${i}`));
    expect(form).toContain('½ is ESC[32m');
  });

  test('puts the states of a line one below the other', () => {
    const form = expectBack(`${'working on it |\rworking on it /\rworking on it -\r'.repeat(20)}done\n`);
    expect(form).toMatch(/^\[headroom: terminal output, all here; ¹ at the beginning of a line: over the line before/);
    expect(form).toMatch(/\n¹working on it \/\n¹working on it -\n¹working on it \|\n\[the 3 lines above \d+ times\]/);
  });

  test('hands what is left to the kind that claims it', () => {
    const form = expectBack(lines(40, (i) => `ok ${ESC}[32mtest ${i}${ESC}[39m`, '\r\n'));
    expect(form).toContain('; lines end in CR LF; ');
    expect(form).toMatch(/; below as ok-lines\]\n\[ok\]\n/);
  });

  test('says repeated lines and cycles of lines once', () => {
    const form = expectBack(
      `start\n${'waiting for the database to come up\n'.repeat(57)}${'ping\npong from far away\n'.repeat(20)}end`,
    );
    expect(form).toContain(
      '\nwaiting for the database to come up\n[the line above 57 times]\nping\npong from far away\n[the 2 lines above 20 times]\nend',
    );
  });

  test('says a long rule by its length', () => {
    expect(expectBack(`a\n${'='.repeat(3000)}\nb\n${'='.repeat(100)}`)).toContain('\n=[×3000]\nb\n=[×100]');
  });

  test('leaves out the second byte of characters of two', () => {
    const form = expectBack(
      lines(30, (i) => `service ${i} is running`, '\r\n').replaceAll(/[^]/g, (one) => `${one}\0`),
    );
    expect(form).toContain('service 7 is running');
  });

  test('leaves bytes as text, plain text, and what looks like a form as they are', () => {
    expect(compress(`data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAAAgMAAAGi'.repeat(100)}`)).toBeUndefined();
    expect(compress(lines(50, (i) => `line ${i}`))).toBeUndefined();
    const looksFolded = `${'same line again and again\n'.repeat(20)}[the line above 3 times]`;
    const form = compress(looksFolded);
    if (form) expect(compressor.expand(form.text)).toBe(looksFolded);
  });
});

describe('the view', () => {
  test('shows progress bars in their last state, and says how many are left out', () => {
    const text = `${lines(200, (i) => `Receiving objects: ${i}% (${i * 7}/1400)        `, '\r')}, done.\nnext`;
    const view = compress(text, 'balanced')!;
    expect(view.loss).toBe('recoverable');
    expect(view.text).toContain('199 overwritten states of lines left out');
    expect(view.text).toContain('\nReceiving objects: 199% (1393/1400)        , done.\nnext');
  });

  test('keeps a state that tells of a failure', () => {
    const text = `${lines(300, (i) => (i === 70 ? 'error: part 70 was refused' : `part ${i} of 300 received`), '\r')}\n`;
    expect(compress(text, 'balanced')!.text).toContain('\nerror: part 70 was refused\n');
  });

  test('moves up where the program did', () => {
    const frame = (i: number): string => `layer a: ${i} MB of 100 MB pulled\nlayer b: ${i * 2} MB of 200 MB pulled\n`;
    const text = lines(100, frame, `${ESC}[2A`);
    expect(compress(text, 'balanced')!.text).toMatch(
      /\]\nlayer a: 99 MB of 100 MB pulled\nlayer b: 198 MB of 200 MB pulled\n$/,
    );
  });

  test('takes back what backspaces took back', () => {
    const text = lines(
      200,
      (i) => `N\bNA\bAM\bME\bE ${i} _\bw_\bo_\br_\bd ${i * 31} ${'-\b \b\\\b \b|\b \b/\b \b'.repeat(3)}done`,
    );
    expect(compress(text, 'balanced')!.text).toContain('\nNAME 7 word 217 done\n');
  });

  test('says of bytes written as text what they are', () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAgMAAAGiCAYAAAB6c8WB' + 'Zm9vYmFyMTIzNDU2Nzg5QUJDREVGxyz+/w'.repeat(300);
    const view = compress(`<img src="data:image/png;base64,${png}==">\nafter`, 'balanced')!.text;
    expect(view).toContain('PNG image, 515 by 418 pixels');
    expect(view).toContain(`${png.length + 2} characters, base64 of `);
    expect(view).toMatch(/">\nafter$/);
    expect(view.length).toBeLessThan(400);
  });

  test('cuts very long lines, but not those of a file that was read', () => {
    const text = lines(3, (i) => `var a${i}=${'function(e,t){return e[t]||n(e)};'.repeat(200)}`);
    expect(compress(text, 'balanced')!.text).toContain('not shown]…');
    const call = { name: 'Read', input: { path: 'dist/app.min.js' } } as unknown as CompressOptions['call'];
    expect(compress(text, 'balanced', { call })).toBeUndefined();
  });

  test('is never given where nothing may be lost, nor where JSON was asked for', () => {
    const text = `{"image":"${'iVBORw0KGgoAAAANSUhEUgAAAgMAAAGiCAYAAAB6c8WBZ9'.repeat(200)}"}`;
    expect(compress(text, 'lossless')).toBeUndefined();
    expect(compress(text, 'balanced')?.loss).toBe('recoverable');
    expect(compress(text, 'balanced', { responseFormat: 'json' })).toBeUndefined();
  });
});

describe('the claim', () => {
  const claim = (text: string): number => compressor.claim(new Sample(text));

  test('is sure of codes, states, two bytes and blobs', () => {
    expect(claim(`${ESC}[31m`.repeat(10))).toBeGreaterThan(0.9);
    expect(claim(lines(40, (i) => `${i}%`, '\r'))).toBeGreaterThan(0.9);
    expect(claim('a\0b\0c\0d\0'.repeat(20))).toBeGreaterThan(0.9);
    expect(claim(`x ${'iVBORw0KGgoAAAANSUhEUgAAAgMAAAGiCAYAAAB6c8WB'.repeat(40)}`)).toBeGreaterThan(0.9);
    expect(claim('waiting for it\n'.repeat(40))).toBe(0.5);
  });

  test('is not of text with CRLF, drawn lines, long names, hashes or sequences of letters', () => {
    expect(claim(lines(40, (i) => `line ${i}`, '\r\n'))).toBe(0);
    expect(claim(`${'-'.repeat(500)}\ntext`)).toBe(0);
    expect(claim(`${'src/some/long/path-to/'.repeat(40)}\n${'word_and_word_'.repeat(50)}`)).toBe(0);
    expect(claim(lines(40, (i) => `${i} 3b18e512dba79e4c8300dd08aeb37f8e728b8dad`))).toBe(0);
    expect(claim(`sequence ${'ACGT'.repeat(300)}`)).toBe(0);
  });
});

describe('what is no form', () => {
  test('is not read', () => {
    const start = '[headroom: terminal output, all here';
    for (const form of [
      `${start}]\nx`,
      `${start}; what]\nx`,
      `${start}; a is ESC[3m]\nx`,
      `${start}; repeated lines once]\n[the line above 5 times]`,
      `${start}; repeated lines once]\n${'a'.repeat(100)}\n[the line above 9999999 times]`,
      `${start}; a sign with [×2000] after it stands 2000 times]\n${'=[×9999999]'.repeat(9)}`,
      `${start}; below as nobody]\nx`,
      `${start}; below as ok-lines]\nx`,
    ]) {
      expect(compressor.expand(form), form.slice(0, 90)).toBeUndefined();
    }
  });

  test('a form may stand in a text', () => {
    const text = lines(30, (i) => `${ESC}[32m✓${ESC}[39m ${i}`);
    const form = compress(text)!.text;
    for (const source of [`${form}\n${text}`, `${text}\n${form}`, `${form}\n${form}`]) {
      const again = compress(source);
      if (again) expect(compressor.expand(again.text)).toBe(source);
    }
  });
});

test('any terminal output comes back from its lossless form (property)', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      `${ESC}[32m`,
      `${ESC}[39m`,
      `${ESC}[1G${ESC}[0K`,
      `${ESC}[2A`,
      ESC,
      '\r',
      '\r\n',
      '\n',
      '\b',
      '\0',
      '¹',
      '²',
      'ok ',
      '='.repeat(150),
      '[×',
      '[the line above 3 times]',
      '; ',
    ),
    fc.string(),
    fc
      .constant('again and again and again\n')
      .chain((line) => fc.integer({ min: 1, max: 9 }).map((times) => line.repeat(times))),
    fc.integer({ min: 1, max: 9 }).map((times) => `${ESC}[31mred${ESC}[0m\n`.repeat(times)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const form = compress(text);
      if (form) expect(compressor.expand(form.text)).toBe(text);
      compress(text, 'aggressive');
    }),
    { numRuns: 500 },
  );
});
