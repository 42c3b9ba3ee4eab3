import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Compressed, CompressOptions, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { type Deadline, DeadlineExceeded, NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { compressorContract, readFixtures } from '../../testing/compressor-contract.ts';
import { HOSTILE_TEXTS } from '../../testing/hostile-texts.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { type CodeLanguage, codeCompressor, isCodeLanguage, outline } from './code.ts';

const FIXTURES = readFixtures(fileURLToPath(new URL('../../../fixtures/compressors/code', import.meta.url)));
const NOTE = /^… (\d+)-(\d+) \((\d+) lines\)$/;

function fixture(name: string): string {
  return FIXTURES.find((one) => one.name === `${name}.txt`)!.text;
}

function compress(
  text: string,
  level: Level = 'aggressive',
  call?: ToolCall,
  deadline: Deadline = NO_DEADLINE,
): Compressed | undefined {
  const options: CompressOptions = { level, call, tokens: o200k, deadline };
  return codeCompressor.compress(text, options);
}

function callOf(input: Record<string, string | number | number[]>): ToolCall {
  return { id: 'call_1', name: 'read', input };
}

beforeAll(() => codeCompressor.prepare!());

// The contract's first promise is about lossless forms, and there is none here.
compressorContract(codeCompressor, FIXTURES, {
  test: (name, body) => (name.includes('claims and shortens') ? undefined : test(name, body)),
});

describe('what it takes', () => {
  const views = FIXTURES.filter(({ name }) => !/^(?:lookalike|edited|part)/.test(name));

  test.each(views)('claims $name and leaves out at least a third of it, at level aggressive alone', ({ text }) => {
    expect(codeCompressor.claim(new Sample(text))).toBeGreaterThanOrEqual(0.5);
    expect(compress(text, 'lossless')).toBeUndefined();
    expect(compress(text, 'balanced')).toBeUndefined();
    const view = compress(text);
    // A short file may be too short for a view; then the library still gives its outline.
    if (!view) return expect(o200k.count(text)).toBeLessThan(900);
    expect(view.loss).toBe('recoverable');
    expect(o200k.count(view.text)).toBeLessThanOrEqual(o200k.count(text) * 0.7);
    return undefined;
  });

  test('most fixtures get a view', () => {
    expect(views.filter(({ text }) => compress(text)).length).toBeGreaterThan(5);
  });

  test.each(['lookalike-diff', 'lookalike-yaml-with-python'])('does not claim %s', (name) => {
    expect(codeCompressor.claim(new Sample(fixture(name)))).toBeLessThan(0.5);
    expect(compress(fixture(name))).toBeUndefined();
  });

  test('leaves a text alone that holds what an outline would say', () => {
    expect(compress(fixture('lookalike-outline'))).toBeUndefined();
  });

  test('leaves alone what a call changed, and lines that it asked for (R-12)', async () => {
    expect(compress(fixture('edited-python'))).toBeUndefined();
    expect(compress(fixture('part-of-go'))).toBeUndefined();
    const text = fixture('python-cat-n-crlf');
    expect(compress(text, 'aggressive', callOf({ path: '/srv/weather/store.py' }))).toBeDefined();
    expect(compress(text, 'aggressive', callOf({ path: 'store.py', view_range: [1, 101] }))).toBeUndefined();
    expect(compress(text, 'aggressive', callOf({ path: 'store.py', limit: 101 }))).toBeUndefined();
    expect(compress(text, 'aggressive', callOf({ command: "sed -n '1,200p' store.py" }))).toBeUndefined();
    expect(compress(text, 'aggressive', callOf({ path: 'store.py', old_str: 'a\nb', new_str: 'c' }))).toBeUndefined();
  });

  test('believes the path of the call, but not against the text', () => {
    const text = fixture('typescript-arrow-gutter');
    expect(compress(text, 'aggressive', callOf({ file_path: '/src/queue.ts' }))?.text).toContain('TypeScript');
    expect(compress(text, 'aggressive', callOf({ file_path: '/src/queue.md' }))).toBeUndefined();
    expect(compress('lorem ipsum\n'.repeat(500), 'aggressive', callOf({ file_path: 'lorem.ts' }))).toBeUndefined();
  });
});

describe('what it says', () => {
  /** Every line stands once, as it was and with its number, or in the range of a note. */
  function checkAccount(source: string, view: string, isNumbered: boolean): void {
    const lines = source.split('\n');
    const [header, ...shown] = view.split('\n');
    let at = 0;
    let gone = 0;
    const numberOf = (line: string): number => Number(/^ *0*(\d+)/.exec(line)?.[1]);
    for (const line of shown) {
      const note = NOTE.exec(line);
      if (!note) expect(line).toBe(isNumbered ? lines[at]! : `${at + 1}\t${lines[at]}`);
      else {
        const [first, last, count] = note.slice(1).map(Number) as [number, number, number];
        expect(count).toBe(last - first + 1);
        expect(isNumbered ? numberOf(lines[at]!) : at + 1).toBe(first);
        gone += count;
        at += count - 1;
      }
      at++;
    }
    expect(at).toBe(lines.length);
    expect(header).toContain(`${gone} in all`);
  }

  test.each(FIXTURES)('accounts for every line of $name', ({ text }) => {
    const view = compress(text)?.text;
    if (view !== undefined) checkAccount(text, view, /^ *\d+[\t→:|]/m.test(text));
  });

  const KEPT: readonly (readonly [CodeLanguage, string, readonly string[], readonly string[]])[] = [
    [
      'typescript',
      'typescript-arrow-gutter',
      ['MAX_ATTEMPTS = 5', 'attempts: number;', "type Outcome = 'done'", 'Running,', '@sealed', '@deprecated'],
      ['this.#jobs.push', 'Jobs that fail'],
    ],
    [
      'tsx',
      'tsx-plain-crlf',
      ['interface Props', 'const LABELS', 'const open = (invoice'],
      ['AbortController', '<h2>'],
    ],
    [
      'javascript',
      'javascript-test-tab',
      ["describe('Cart'", "it('has no lines'", 'const APPLE', 'build(lines) {', 'beforeEach('],
      ['cart.settle', 'cart.empty()'],
    ],
    [
      'python',
      'python-cat-n-crlf',
      ['@dataclass(frozen=True)', 'value: float', '"""Adds a reading.', 'def parse(row', 'DAYS_OPEN = 7', '"humidity"'],
      ['writer.writerow', 'Returns False', '"radon"'],
    ],
    ['go', 'go-plain', ['type Conn interface', 'since time.Time', 'func (p *Pool[C]) Put', 'maxIdle'], ['p.dial(ctx)']],
    [
      'rust',
      'rust-colon-gutter',
      [
        '#[derive(Debug',
        'Replaced(T),',
        'slots: [MaybeUninit<T>; N]',
        '#[inline]',
        'fn replaces_the_oldest',
        '#[test]',
      ],
      ['assume_init()', 'list.entry'],
    ],
    [
      'java',
      'java-no-final-newline',
      ['@Override', 'enum Side', 'throws ClosedException', 'record Booking', '* Books amounts to accounts.'],
      ['signum', 'byAmount', 'Every booking'],
    ],
    ['c', 'c-padded-bar', ['#define ALIGN', 'size_t used;', 'arena_t;', 'size_t arena_total'], ['->next = NULL']],
    [
      'cpp',
      'cpp-plain',
      ['template <typename Cell>', 'int width_;', 'const auto isDry', ': width_(width)'],
      ['++count'],
    ],
    ['csharp', 'csharp-cut-off', ['[Serializable]', 'public long Now', 'IsRunning { get;', 'Between('], ['Increment(']],
    ['ruby', 'ruby-plain', ['RETRIES = 3', 'attr_reader', "it 'raises' do", 'def self.load(path)'], ['stub_request']],
    ['php', 'php-arrow', ['#[Service]', 'use App\\Entity\\User;', 'private array $sent', 'send_all'], ['deliver(']],
    ['swift', 'swift-plain', ['case playing(Track)', '@Published', 'public init(', 'deinit {'], ['removeFirst']],
  ];

  test.each(KEPT)('%s: signatures, types and constants stay, bodies go', async (language, name, kept, gone) => {
    const text = fixture(name);
    const view = (await outline(text, language))!;
    for (const words of kept) expect(view).toContain(words);
    for (const words of gone) {
      expect(text).toContain(words);
      expect(view).not.toContain(words);
    }
  });

  test('what does not parse stays as it is, with the function around it', async () => {
    const broken = fixture('go-plain').replace('p.idle = append(', 'p.idle = = append((');
    const view = (await outline(broken, 'go'))!;
    expect(view).toContain('p.idle = = append((');
    expect(view).toContain('if p.closed {\n73\t\t\t_ = conn.Close()');
    expect(view).not.toContain('p.dial(ctx)');
  });

  test('says nothing when hardly any of it parses', async () => {
    expect(await outline(fixture('ruby-plain').repeat(3), 'c')).toBeUndefined();
  });

  test('a type that is declared in a function stays, without the bodies in it', async () => {
    const text = fixture('python-cat-n-crlf').replaceAll(/^.*\t|\r/gm, '');
    const local = text.replace(
      '        path = self._path(day)\n',
      '        class Row:\n            width: int = 3\n            def size(self):\n                total = 1 + self.width\n                total += len("and enough of it to be left out")\n                return total\n        path = self._path(day)\n',
    );
    const view = (await outline(local, 'python'))!;
    for (const words of ['class Row:', 'width: int = 3', 'def size(self):']) expect(view).toContain(words);
    expect(view).not.toContain('total +=');
  });

  test('a module in a function shows its own functions', async () => {
    const inner = Array.from(
      { length: 9 },
      (_, i) =>
        `  function part${i}(a) {\n    let b = a * ${i};\n    b += a;\n    b += 'and a few words more, so that it is worth leaving out';\n    return b;\n  }`,
    );
    const view = (await outline(`(function () {\n  var shared = 1;\n${inner.join('\n')}\n})();\n`, 'javascript'))!;
    expect(view).toContain('var shared = 1;');
    expect(view).toContain('function part8(a) {');
    expect(view).not.toContain('let b');
  });
});

describe('how it works', () => {
  test('the same bytes in twenty runs, whatever was parsed between', async () => {
    const [one, other] = [fixture('typescript-arrow-gutter'), fixture('rust-colon-gutter')];
    const first = compress(one)!.text;
    for (let i = 0; i < 20; i++) {
      await outline(other, i % 2 === 0 ? 'rust' : 'cpp');
      expect(compress(one)!.text).toBe(first);
    }
  });

  test('declines until it is prepared, and importing it loads no parser', async () => {
    vi.resetModules();
    const loaded = vi.fn();
    vi.doMock('web-tree-sitter', () => {
      loaded();
      return {};
    });
    const fresh = await import('./code.ts');
    const options = { level: 'aggressive', call: undefined, tokens: o200k, deadline: NO_DEADLINE } as const;
    expect(fresh.codeCompressor.compress(fixture('typescript-arrow-gutter'), options)).toBeUndefined();
    expect(loaded).not.toHaveBeenCalled();
    await expect(fresh.codeCompressor.prepare!()).rejects.toThrow('optional packages');
    expect(fresh.codeCompressor.compress(fixture('typescript-arrow-gutter'), options)).toBeUndefined();
    vi.doUnmock('web-tree-sitter');
  });

  test('lets a passed deadline through from anywhere, and parses on afterwards', () => {
    const text = fixture('typescript-arrow-gutter');
    const first = compress(text)!.text;
    let checks = 0;
    compress(text, 'aggressive', undefined, { check: () => void checks++ });
    expect(checks).toBeGreaterThan(20);
    for (const allowed of [0, 1, 2, checks >> 1, checks - 1]) {
      let left = allowed;
      const check = (): void => {
        if (left-- <= 0) throw new DeadlineExceeded('over');
      };
      expect(() => compress(text, 'aggressive', undefined, { check })).toThrow(DeadlineExceeded);
      expect(compress(text)!.text).toBe(first);
    }
  });

  test('a text that was given up leaves nothing in the parser for the next', async () => {
    const [long, next] = [fixture('typescript-arrow-gutter'), fixture('tsx-plain-crlf')];
    const expected = await outline(next, 'tsx');
    let left = 3;
    const check = (): void => {
      if (left-- <= 0) throw new DeadlineExceeded('over');
    };
    expect(await outline(long, 'tsx', { check })).toBeUndefined();
    expect(await outline(next, 'tsx')).toBe(expected);
  });

  test.each(HOSTILE_TEXTS)('ends with $name as the file of a call', ({ text }) => {
    for (const path of ['a.ts', 'a.py', 'a.cpp'])
      expect(compress(text, 'aggressive', callOf({ path }))).toBeUndefined();
  });

  test('asks for the deadline all the time in code that goes bad', async () => {
    const garbage = HOSTILE_TEXTS.find(({ name }) => name === 'random bytes')!.text;
    let left = 50;
    const check = (): void => {
      if (left-- <= 0) throw new DeadlineExceeded('over');
    };
    expect(await outline(garbage, 'cpp', { check })).toBeUndefined();
    expect(left).toBeLessThan(0);
  });

  test('knows its languages by name', () => {
    expect(isCodeLanguage('rust')).toBe(true);
    expect(isCodeLanguage('toString')).toBe(false);
  });
});
