import { describe, expect, test } from 'vitest';
import type { Compressor } from '../core/compressor.ts';
import { deadlineIn, DeadlineExceeded, NO_DEADLINE } from '../core/deadline.ts';
import { findMarkers, writeMarker } from '../core/marker.ts';
import type { Stores } from '../core/stores.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { Transform } from '../core/transform.ts';
import { formats } from '../formats/index.ts';
import { openStores } from '../stores/index.ts';
import { contentRouter } from '../transforms/content-router.ts';
import type { OptimizeContext } from './context.ts';
import { optimize } from './optimize.ts';

const anthropic = formats.find(({ name }) => name === 'anthropic-messages')!;
const words: Tokenizer = { name: 'words', exact: true, count: (text) => text.split(/\s+/).length };

/** Folds a text of equal lines to `N times: line`. */
const fold: Compressor = {
  name: 'fold',
  claim: ({ text }) => (new Set(text.split('\n')).size === 1 ? 1 : 0),
  compress: (text) => ({ text: `${text.split('\n').length} times: ${text.split('\n')[0]}`, loss: 'none' }),
  expand: (text) => {
    const [, count, line] = /^(\d+) times: (.*)$/.exec(text) ?? [];
    return line === undefined ? undefined : Array.from({ length: Number(count) }, () => line).join('\n');
  },
  same: (source, expanded) => source === expanded,
};

const LINES = Array.from({ length: 60 }, () => 'all is well here').join('\n');
const stores = (): Stores => openStores({ path: undefined, warn: () => undefined });

function contextOf(over: Partial<OptimizeContext> = {}, kept: Stores = stores()): OptimizeContext {
  return {
    tenant: 't',
    tokenizer: words,
    originals: kept.originals('t'),
    sentLog: kept.sentLog('t'),
    isSent: true,
    deadline: NO_DEADLINE,
    policy: { level: 'lossless', tools: [], allowLoss: false, allowTools: false },
    ...over,
  };
}

type Block = Record<string, unknown>;
const user = (...content: Block[]): Block => ({ role: 'user', content });
const assistant = (...content: Block[]): Block => ({ role: 'assistant', content });
const call = (id: string): Block => ({ type: 'tool_use', id, name: 'Bash', input: { command: 'x' } });
const result = (id: string, content: unknown, more: Block = {}): Block => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...more,
});
const thinking = { type: 'thinking', thinking: 'hm', signature: 'c2ln' };
const bytes = (messages: readonly Block[], head = '"model":"m","max_tokens":1.0,'): Uint8Array =>
  Buffer.from(`{${head} "messages":${JSON.stringify(messages)}, "big":12345678901234567890}`);
const messagesOf = (body: Uint8Array): any => JSON.parse(Buffer.from(body).toString()).messages; // oxlint-disable-line typescript/no-explicit-any
const run = (
  messages: readonly Block[],
  context = contextOf(),
  transforms: readonly Transform[] = [contentRouter([fold])],
) => optimize(bytes(messages), anthropic, transforms, context);

const first = [{ role: 'user', content: 'go' }, assistant(call('a')), user(result('a', LINES))];

describe('optimize', () => {
  test('shortens a tool result and leaves every other byte as it came', () => {
    const out = Buffer.from(run(first).body).toString();
    const [head, tail] = Buffer.from(bytes(first)).toString().split(JSON.stringify(LINES)) as [string, string];
    expect(out).toBe(`${head}"60 times: all is well here"${tail}`);
  });

  test('R-2 gives the very same buffer back when nothing changes', () => {
    const body = bytes([{ role: 'user', content: 'hello' }]);
    expect(optimize(body, anthropic, [contentRouter([fold])], contextOf()).body).toBe(body);
  });

  test('R-14 never rewrites what people, the system or the model wrote', () => {
    const messages = [
      { role: 'user', content: LINES },
      assistant({ type: 'text', text: LINES }),
      { role: 'user', content: [{ type: 'text', text: LINES }] },
    ];
    const rude: Transform = {
      name: 'rude',
      *plan({ parts }) {
        for (const part of parts) yield { kind: 'rewrite', part, text: 'x', loss: 'none', by: 'rude' };
      },
    };
    const body = bytes(messages, `"system":${JSON.stringify(LINES)},`);
    expect(optimize(body, anthropic, [contentRouter([fold]), rude], contextOf()).body).toBe(body);
  });

  test('R-1, R-3 sends the same again when a turn is added, also when the pipeline would now decide otherwise', () => {
    const kept = stores();
    const before = messagesOf(run(first, contextOf({}, kept)).body);
    const longer = [...first, assistant(call('b')), user(result('b', LINES))];
    expect(messagesOf(run(longer, contextOf({}, kept), []).body).slice(0, 3)).toEqual(before);
    expect(messagesOf(run(longer, contextOf({}, kept), []).body)[4].content[0].content).toBe(LINES);
  });

  test('left alone is a decision too and stays', () => {
    const kept = stores();
    run(first, contextOf({}, kept), []);
    expect(messagesOf(run(first, contextOf({}, kept)).body)).toEqual(first);
  });

  test('a decision holds when cache marks move, a lone text becomes a block, the system prompt changes or keys are reordered', () => {
    const kept = stores();
    run(first, contextOf({}, kept));
    const moved = [
      user({ type: 'text', text: 'go', cache_control: { type: 'ephemeral' } }),
      { content: [call('a')], role: 'assistant' },
      user(result('a', [{ type: 'text', text: LINES }], { cache_control: { type: 'ephemeral', ttl: '1h' } })),
    ];
    const out = optimize(bytes(moved, '"system":"other",'), anthropic, [], contextOf({}, kept));
    expect(messagesOf(out.body)[2].content[0].content[0].text).toBe('60 times: all is well here');
    expect(messagesOf(out.body)[2].content[0].cache_control).toEqual({ type: 'ephemeral', ttl: '1h' });
  });

  test('a text added after a result does not change what was decided for the result', () => {
    const kept = stores();
    run([...first.slice(0, 2), user(result('a', LINES), { type: 'text', text: 'reminder' })], contextOf({}, kept));
    expect(messagesOf(run(first, contextOf({}, kept), []).body)[2].content[0].content).toBe(
      '60 times: all is well here',
    );
  });

  test('another tenant, another past and another source are decided for themselves', () => {
    const kept = stores();
    run(first, contextOf({}, kept));
    const untouched = (messages: readonly Block[], tenant = 't'): void =>
      expect(messagesOf(run(messages, contextOf({ tenant, sentLog: kept.sentLog(tenant) }, kept), []).body)).toEqual(
        messages,
      );
    untouched(first, 'other');
    untouched([{ role: 'user', content: 'stop' }, ...first.slice(1)]);
    untouched([...first.slice(0, 2), user(result('a', `${LINES}\nall is well here`))]);
  });

  test('history that somebody else sent and had signed stays as it is; what is new is shortened', () => {
    const kept = stores();
    const signed = [
      first[0]!,
      assistant(thinking, call('a')),
      first[2]!,
      assistant(thinking, call('b')),
      user(result('b', LINES)),
    ];
    const out = messagesOf(run(signed, contextOf({}, kept)).body);
    expect(out.slice(0, 4)).toEqual(signed.slice(0, 4));
    expect(out[4].content[0].content).toBe('60 times: all is well here');
    expect(messagesOf(run(signed, contextOf({}, kept)).body)).toEqual(out);
  });

  test('unsigned history may be shortened at first sight', () => {
    const out = messagesOf(
      run([...first, assistant({ type: 'text', text: 'ok' }), { role: 'user', content: 'more' }]).body,
    );
    expect(out[2].content[0].content).toBe('60 times: all is well here');
  });

  test('a count request is transformed alike and leaves no trace', () => {
    const kept = stores();
    const asked = run(first, contextOf({ isSent: false }, kept)).body;
    expect(messagesOf(run(first, contextOf({}, kept), []).body)).toEqual(first);
    expect(messagesOf(asked)[2].content[0].content).toBe('60 times: all is well here');
  });

  test('a form that does not read back is thrown away', () => {
    const wrong: Compressor = { ...fold, expand: (text) => `${fold.expand(text)}!` };
    const { body, notes } = run(first, contextOf(), [contentRouter([wrong])]);
    expect(messagesOf(body)).toEqual(first);
    expect(notes[0]!.reason).toMatch(/read back/);
  });

  test('nothing grows: a form with more tokens, or hardly fewer, is refused with both counts', () => {
    const longer: Compressor = {
      ...fold,
      compress: (text) => ({ text: `${text}\n`, loss: 'none' }),
      expand: (text) => text.slice(0, -1),
    };
    const { body, notes } = run(first, contextOf(), [contentRouter([longer])]);
    expect(messagesOf(body)).toEqual(first);
    expect(notes[0]!.reason).toMatch(/\d+ tokens before, \d+ after/);
  });

  describe('levels', () => {
    const seen: string[] = [];
    const spy: Compressor = {
      ...fold,
      compress: (_text, { level }) => void seen.push(level),
    };
    const levelOf = (
      policy: Partial<OptimizeContext['policy']>,
      messages = first,
      compressor: Partial<Compressor> = {},
    ): string | undefined => {
      const whole = { level: 'balanced', tools: [], allowLoss: true, allowTools: false, ...policy } as const;
      run(messages, contextOf({ policy: whole }), [contentRouter([{ ...spy, ...compressor }])]);
      return seen.splice(0)[0];
    };
    const failed = [first[0]!, first[1]!, user(result('a', LINES, { is_error: true }))];
    const reading = (tool: Block, ...before: Block[]): Block[] => [
      user({ type: 'text', text: 'go' }),
      ...before,
      assistant({ ...call('a'), ...tool }),
      user(result('a', LINES)),
    ];
    const file = { name: 'Read', input: { file_path: '/src/a.ts' } };

    test('no way back: lossless, whatever the profile', () => {
      expect(levelOf({ allowLoss: false })).toBe('lossless');
      expect(levelOf({})).toBe('balanced');
    });

    test('R-13 a result that failed: lossless, but for those whose views keep every failure', () => {
      expect(levelOf({}, failed)).toBe('lossless');
      expect(levelOf({}, failed, { keepsFailures: true })).toBe('balanced');
    });

    test('R-25 a view that somebody else made loses nothing more', () => {
      const text = `${LINES}\n${writeMarker('a'.repeat(24))}`;
      expect(levelOf({}, [first[0]!, first[1]!, user(result('a', text))], { claim: () => 1 })).toBe('lossless');
    });

    test('the operator may choose by tool', () => {
      expect(levelOf({ tools: [{ glob: 'ba*', level: 'aggressive' }] })).toBe('aggressive');
      expect(levelOf({ tools: [{ glob: 'Bash', level: 'lossless' }] })).toBe('lossless');
      expect(levelOf({ tools: [{ glob: 'Bash', level: 'off' }] })).toBeUndefined();
      expect(levelOf({ tools: [{ glob: 'Read', level: 'off' }] })).toBe('balanced');
    });

    test('R-12 a file that a call shows: lossless, unless a program recorded it', () => {
      const recorded = { name: 'Read', input: { file_path: '/tmp/run.log' } };
      expect(levelOf({}, reading(file), { viewsFiles: 'recorded' })).toBe('lossless');
      expect(levelOf({}, reading(recorded), { viewsFiles: 'recorded' })).toBe('balanced');
      expect(levelOf({}, reading(recorded))).toBe('lossless');
    });
  });

  test('where the loss of a view is not accepted, the best form that loses nothing goes out', () => {
    const both: Compressor = {
      ...fold,
      compress: (text, options) =>
        options.level === 'lossless' ? fold.compress(text, options) : { text: 'some lines', loss: 'recoverable' },
    };
    const policy = { level: 'balanced', tools: [], allowLoss: true, allowTools: false } as const;
    const broken = {
      put: () => {
        throw new Error('disk full');
      },
      get: () => undefined,
    };
    const { body } = run(first, contextOf({ policy, originals: broken }), [contentRouter([both])]);
    expect(messagesOf(body)[2].content[0].content).toBe('60 times: all is well here');
  });

  test('a view needs a way back; then the original is kept and the marker counts', () => {
    const view: Compressor = { ...fold, compress: () => ({ text: 'some lines', loss: 'recoverable' }) };
    const kept = stores();
    expect(messagesOf(run(first, contextOf(), [contentRouter([view])]).body)).toEqual(first);
    const policy = { level: 'balanced', tools: [], allowLoss: true, allowTools: false } as const;
    const text: string = messagesOf(run(first, contextOf({ policy }, kept), [contentRouter([view])]).body)[2].content[0]
      .content;
    expect(kept.originals('t').get(findMarkers(text)[0]!)).toBe(LINES);
    const broken = {
      put: () => {
        throw new Error('disk full');
      },
      get: () => undefined,
    };
    expect(messagesOf(run(first, contextOf({ policy, originals: broken }), [contentRouter([view])]).body)).toEqual(
      first,
    );
  });

  test('R-29 the k-th call of any injected part fails, once or for ever: the body is the original or the optimised one', () => {
    const good = Buffer.from(run(first).body).toString();
    const plain = Buffer.from(bytes(first)).toString();
    for (const forEver of [false, true]) {
      for (let k = 1; ; k++) {
        let calls = 0;
        let fired = false;
        const failing = <T extends object>(target: T): T =>
          new Proxy(target, {
            get(of, key) {
              const value = Reflect.get(of, key) as unknown;
              if (typeof value !== 'function') return value;
              return (...args: unknown[]) => {
                calls++;
                if (calls === k || (forEver && calls > k)) {
                  fired = true;
                  throw new Error(`fault ${k}`);
                }
                return Reflect.apply(value, of, args) as unknown;
              };
            },
          });
        const kept = stores();
        const context = contextOf({
          tokenizer: failing(words),
          originals: failing(kept.originals('t')),
          sentLog: failing(kept.sentLog('t')),
          deadline: failing(NO_DEADLINE),
        });
        const { body } = run(first, context, [failing(contentRouter([failing(fold)]))]);
        expect([good, plain]).toContain(Buffer.from(body).toString());
        if (!fired) break;
      }
    }
  });

  test('R-4 a deadline leaves the rest alone and pins it so', () => {
    const kept = stores();
    const slow: Compressor = {
      ...fold,
      compress: () => {
        throw new DeadlineExceeded('late');
      },
    };
    const { notes } = run(first, contextOf({}, kept), [contentRouter([slow])]);
    expect(notes[0]!.reason).toMatch(/deadline/);
    expect(messagesOf(run(first, contextOf({}, kept)).body)).toEqual(first);
    expect(() => deadlineIn(-1).check()).toThrow(DeadlineExceeded);
  });

  test('two workers that decide the same part at once send what was pinned first', () => {
    const kept = stores();
    const log = kept.sentLog('t');
    const late = { recall: (keys: readonly string[]) => keys.map(() => undefined), pin: log.pin.bind(log) };
    run(first, contextOf({}, kept), []);
    expect(messagesOf(run(first, contextOf({ sentLog: late }, kept)).body)).toEqual(first);
  });
});
