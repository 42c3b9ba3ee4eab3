import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { type Deadline, DeadlineExceeded, NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { HOSTILE_TEXTS } from '../../testing/hostile-texts.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { extract, prose } from './prose.ts';
import { readUnits } from './sentences.ts';
import { termsOf } from './terms.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/prose', import.meta.url)));
const compressor = prose();

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function search(query: string): ToolCall {
  return { id: 'call_1', name: 'search', input: { query } };
}

function compress(
  text: string,
  level: Level,
  call?: ToolCall,
  deadline: Deadline = NO_DEADLINE,
): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline };
  return compressor.compress(text, options);
}

function unitsOf(text: string): readonly string[] {
  return readUnits(text, NO_DEADLINE).map(({ start, end }) => text.slice(start, end).trim());
}

// The contract's first promise is about lossless forms, and there is none here.
compressorContract(compressor, FIXTURES, {
  test: (name, body) => (name.includes('claims and shortens') ? undefined : test(name, body)),
});

describe('sentences', () => {
  test.each([
    ['abbreviations', 'Dr. Moss met Mr. J. Calder at 5 p.m. in St. Ives. They agreed.', 2],
    ['dots in numbers and names', 'It costs 2.3 million, says example.org. Version 1.4.2 is out.', 2],
    ['questions and exclamations', 'Why? "Because!" she said. Nobody knew…', 3],
    ['German', 'Das gilt z. B. für Bücher aus dem 11. Jh. und später. Mehr nicht.', 2],
    ['Chinese, without blanks', '他说:“走吧。”我们走了。你呢\uff1f很好\uff01', 4],
    ['Japanese', '雨が降った。傘はない。', 2],
    ['Hindi', 'यह पहला वाक्य है। यह दूसरा है।', 2],
    [
      'hard line breaks',
      'The first sentence is so long that it is broken to fit\ninto a width. The second one is\nshort.',
      2,
    ],
  ])('%s', (_, text, count) => {
    expect(unitsOf(text)).toHaveLength(count);
  });

  test('headings, items, quotes, rows and code are pieces of their own', () => {
    const text = '# Title\n\nOne. Two.\n\n- a\n- b\n\n> said\n\n| a | b |\n\n```js\nlet a;\n\nlet b;\n```\nEnd.\n';
    expect(readUnits(text, NO_DEADLINE).map(({ kind }) => kind)).toEqual(
      'heading sentence sentence item item quote row code sentence'.split(' '),
    );
  });

  test('put together they are the text, whatever it holds', () => {
    const piece = fc.constantFrom(
      'One. ',
      'two',
      '\n',
      '\n\n',
      '\r\n',
      '- ',
      '# ',
      '```',
      '。',
      ' … ',
      '> ',
      '|a|',
      '\u2028',
      '"',
      '1.',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const units = readUnits(text, NO_DEADLINE);
        const whole = units.map(({ start, end }) => text.slice(start, end)).join('');
        expect(whole).toBe(units.length > 0 ? text : '');
      }),
      { numRuns: 500 },
    );
  });

  test('terms have neither case nor endings, and Chinese ones are pairs', () => {
    expect(termsOf('Lighthouses, the LIGHTHOUSE of 1861')).toEqual(['lightho', 'lightho', '1861']);
    expect(termsOf('图书馆')).toEqual(['图书', '书馆']);
  });
});

describe('what it takes', () => {
  test.each(['english-article', 'german-wrapped-crlf', 'chinese'])(
    'claims %s, and only long enough for a view',
    (name) => {
      expect(compressor.claim(new Sample(fixture(name)))).toBeGreaterThanOrEqual(name === 'chinese' ? 0 : 0.5);
    },
  );

  test('claims no log', () => {
    expect(compressor.claim(new Sample(fixture('lookalike-log')))).toBeLessThan(0.5);
  });

  test('leaves a text alone that holds what a view would say', () => {
    expect(compress(fixture('lookalike-extract'), 'aggressive')).toBeUndefined();
  });
});

describe('the view', () => {
  const article = fixture('english-article');

  test('takes about half at balanced, a third at aggressive, and nothing at lossless', () => {
    const text = `${article}\n${fixture('german-wrapped-crlf')}`;
    const before = o200k.count(text);
    expect(compress(text, 'lossless')).toBeUndefined();
    for (const [level, share] of [
      ['balanced', 0.55],
      ['aggressive', 0.37],
    ] as const) {
      const view = compress(text, level)!;
      expect(view.loss).toBe('recoverable');
      expect(o200k.count(view.text)).toBeLessThanOrEqual(before * share);
    }
  });

  test.each([
    ['why was the wall of the tower curved', 'A straight wall meets the wave; a curved one lets it pass.'],
    ['how much would a landing stage cost', '2.3 million pounds'],
    ['how did electricity get there', 'through a cable on the sea floor'],
    ['who cleans the lens', 'cleans the lens with vinegar and water'],
  ])('keeps what answers the call: %s', (query, answer) => {
    expect(compress(article, 'aggressive', search(query))!.text).toContain(answer);
  });

  test('finds the one sentence that answers among many of a paragraph', () => {
    const filler = Array.from({ length: 40 }, (_, i) => `The harbour of town ${i} has a wall and a market.`);
    const text = filler.toSpliced(23, 0, 'Zebras graze on the southern island.').join(' ');
    const view = extract(text, 0.15, { call: search('where do zebras graze'), deadline: NO_DEADLINE })!;
    expect(view).toContain('Zebras graze on the southern island.');
  });

  test('answers in Chinese too', () => {
    const view = extract(fixture('chinese'), 0.3, { call: search('扩建工程什么时候开始'), deadline: NO_DEADLINE })!;
    expect(view).toContain('工程将在二〇二七年开始');
  });

  test.each(FIXTURES.filter(({ name }) => name !== 'lookalike-extract.txt'))(
    'counts in place what it leaves out of $name, and keeps the rest word for word',
    ({ text }) => {
      const view = extract(text, 0.4, { call: undefined, deadline: NO_DEADLINE });
      if (view === undefined) return;
      const units = readUnits(text, NO_DEADLINE);
      const [header, ...rest] = view.split('\n');
      const body = rest.join('\n');
      const note = /\[… ((?:\d+ [a-z ]+(?:, )?)+)\]/g;
      let at = 0;
      let gone = 0;
      for (const piece of body.split(note).filter((_, i) => i % 2 === 0)) {
        const place = text.indexOf(piece.trim(), at);
        expect(place).toBeGreaterThanOrEqual(0);
        at = place + piece.trim().length;
      }
      for (const [, said] of body.matchAll(note)) {
        for (const [, count] of said!.matchAll(/(\d+) (?!paragraph)/g)) gone += Number(count);
      }
      const [, kept, all] = /extract, (\d+) of (\d+)/.exec(header!)!;
      expect(Number(all)).toBe(units.length);
      expect(Number(kept) + gone).toBe(units.length);
    },
  );

  test('keeps every heading of an article', () => {
    const view = compress(article, 'aggressive', search('granite blocks'))!.text;
    for (const [heading] of article.matchAll(/^#.*$/gm)) expect(view).toContain(heading);
  });

  test('says the same in twenty runs', () => {
    const first = compress(article, 'aggressive', search('keepers'))!.text;
    for (let i = 0; i < 20; i++) expect(compress(article, 'aggressive', search('keepers'))!.text).toBe(first);
  });

  test('says a sentence that comes twice only once', () => {
    const twice = article.replace(
      '## Today',
      'In 1952 electricity came, through a cable on the sea floor, and the brightness rose to 410,000 candela.\n\n## Today',
    );
    const view = extract(twice, 0.25, { call: search('electricity cable candela'), deadline: NO_DEADLINE })!;
    expect(view.split('through a cable on the sea floor').length - 1).toBe(1);
  });
});

describe('how it works', () => {
  test.each(HOSTILE_TEXTS)('comes through $name', ({ text }) => {
    const view = extract(text, 0.3, { call: search('lorem 4711'), deadline: NO_DEADLINE });
    if (view !== undefined) expect(view).toContain('[headroom: extract');
  });

  test('lets a passed deadline through from anywhere', () => {
    const text = fixture('english-article').repeat(40);
    let checks = 0;
    compress(text, 'aggressive', undefined, { check: () => void checks++ });
    expect(checks).toBeGreaterThan(10);
    for (const allowed of [0, 1, checks >> 1, checks - 1]) {
      let left = allowed;
      const check = (): void => {
        if (left-- <= 0) throw new DeadlineExceeded('over');
      };
      expect(() => compress(text, 'aggressive', undefined, { check })).toThrow(DeadlineExceeded);
    }
  });
});

const DATA = process.env['HEADROOM_DATA'] ?? '';
const QUESTIONS = ['qa_natural_questions_10docs', 'qa_hotpotqa_distractor'];
const isThere = QUESTIONS.every((name) => existsSync(join(DATA, `${name}.jsonl`)));

interface Question {
  readonly context: string;
  readonly question: string;
  readonly answers: readonly string[];
}

function has(text: string, answers: readonly string[]): boolean {
  return answers.some((answer) => text.toLowerCase().includes(answer.toLowerCase()));
}

describe.skipIf(!isThere)('questions with documents (skipped without HEADROOM_DATA)', () => {
  test.each(QUESTIONS)('%s: more answers stand than in the beginnings, at half and at a third', (name) => {
    const lines = readFileSync(join(DATA, `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n');
    const questions = lines
      .map((line) => JSON.parse(line) as Question)
      .filter(({ context, answers }) => has(context, answers) && !/^(?:yes|no)$/i.test(answers[0]!));
    for (const share of [0.5, 0.3]) {
      let [ours, beginnings] = [0, 0];
      for (const { context, question, answers } of questions) {
        const view = extract(context, share, { call: search(question), deadline: NO_DEADLINE }) ?? context;
        if (has(view, answers)) ours++;
        if (has(context.slice(0, view.length), answers)) beginnings++;
      }
      expect(ours / questions.length).toBeGreaterThan(0.75);
      expect(ours).toBeGreaterThan(beginnings * 1.2);
    }
  });
});
