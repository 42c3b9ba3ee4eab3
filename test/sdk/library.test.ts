/** The library as a program uses it: texts, values, messages and requests of every API, and the way back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  compress,
  type CompressOptions,
  type Decision,
  Headroom,
  type HeadroomOptions,
  outline,
  retrieve,
  SharedContext,
  simulate,
} from '../../src/index.ts';

const HITS = Array.from({ length: 600 }, (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`).join(
  '\n',
);
const VALUE = Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' }));
const ROWS = JSON.stringify(VALUE, null, 2);

const anthropic = (content: string): object[] => [
  { role: 'user', content: 'go' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'Grep', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content }] },
];
const chat = (content: string): object[] => [
  { role: 'user', content: 'go' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 't', type: 'function', function: { name: 'Grep', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 't', content },
];
const responses = (output: string): object[] => [
  { role: 'user', content: 'go' },
  { type: 'function_call', call_id: 't', name: 'Grep', arguments: '{}' },
  { type: 'function_call_output', call_id: 't', output },
];
const gemini = (output: string): object[] => [
  { role: 'user', parts: [{ text: 'go' }] },
  { role: 'model', parts: [{ functionCall: { name: 'Grep', args: {} } }] },
  { role: 'user', parts: [{ functionResponse: { name: 'Grep', response: { output } } }] },
];

describe('a text', () => {
  test('comes back shorter, stands wherever a string is wanted, and leads to its original in every way', async () => {
    const hr = new Headroom();
    const short = await hr.compress(ROWS);
    expect(short.tokensAfter).toBeLessThan(short.tokensBefore / 20);
    expect(short).toMatchObject({
      compressed: true,
      tokensSaved: short.tokensBefore - short.tokensAfter,
      compressionRatio: short.tokensAfter / short.tokensBefore,
      transformsApplied: ['json'],
    });
    expect(String(short)).toBe(short.text);
    expect(JSON.parse(JSON.stringify({ content: short }))).toEqual({ content: short.text });
    for (const handle of [short, short.text, short.hashes[0]!]) expect(await hr.retrieve(handle)).toBe(ROWS);
    expect(JSON.parse((await hr.expand(short.text))!)).toEqual(VALUE);
    expect(await hr.compress(ROWS)).toEqual(short);
  });

  test('that is short stays, and says why', async () => {
    const hr = new Headroom();
    const short = await hr.compress('fine');
    expect(short).toMatchObject({ text: 'fine', compressed: false, hashes: [], tokensSaved: 0, compressionRatio: 1 });
    expect(short.reason).toContain('under 200 characters');
    expect(await hr.retrieve(short)).toBe('fine');
    expect(await hr.retrieve('never seen')).toBeUndefined();
    expect(await hr.retrieve('0123456789abcdef01234567')).toBeUndefined();
  });

  test('loses nothing unless whoever reads it can fetch the rest', async () => {
    const hr = new Headroom();
    expect((await hr.compress(HITS)).text).not.toContain('hash=');
    const view = await hr.compress(HITS, { offersRetrieval: true });
    expect(view.text).toContain(`hash=${view.hashes[0]}]`);
    expect(await hr.retrieve(view.text)).toBe(HITS);
    expect(await hr.retrieve(view, { lines: '3' })).toContain('\nsrc/p2/f.ts:2:  const v2 = compute(14);');
    const call = { hash: view.hashes[0], query: 'v599' };
    for (const input of [call, JSON.stringify(call)])
      expect(await hr.retrieveTool.execute(input)).toContain('compute(4193)');
    expect(await hr.retrieveTool.execute({ hash: 'x' })).toContain('hash must be');
    const broken = new Headroom({ tokenizer: 'unknown' });
    expect(await broken.retrieveTool.execute({ hash: 'x' })).toContain('cannot be read now');
  });

  test('of a value is its JSON', async () => {
    const short = await compress({ rows: VALUE });
    expect(short.text.length).toBeLessThan(200);
    expect(await retrieve(short)).toBe(JSON.stringify({ rows: VALUE }));
    const people = [{ name: 'Ann', role: 'admin' }];
    expect((await compress(people as unknown)).text).toBe(JSON.stringify(people));
  });

  test('is had back whatever it is', async () => {
    const hr = new Headroom();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(HITS, ROWS)),
        async (text) => {
          const short = await hr.compress(text);
          expect(await hr.retrieve(short)).toBe(text);
          expect(await hr.retrieve(short.text)).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe.each([
  ['Messages', anthropic, 'messages'],
  ['Chat Completions', chat, 'messages'],
  ['Responses', responses, 'input'],
  ['Gemini', gemini, 'contents'],
] as const)('%s', (_name, make, key) => {
  test('messages come back in their shape, and what is not shorter is the very thing that came', async () => {
    const hr = new Headroom();
    const messages = make(ROWS) as { role: string }[];
    const before = structuredClone(messages);
    const short = await hr.compress(messages, { model: 'm' });
    expect(messages).toEqual(before);
    expect(short.messages).toHaveLength(messages.length);
    expect(short.messages[0]).toBe(messages[0]);
    expect(short.messages[1]).toBe(messages[1]);
    expect(JSON.stringify(short.messages.at(-1)).length).toBeLessThan(ROWS.length / 10);
    expect(short.tokensAfter).toBeLessThan(short.tokensBefore / 10);
    expect(await hr.retrieve(short.hashes[0]!)).toBe(ROWS);
    expect(await hr.retrieve(short)).toBe(ROWS);
    // First sight is final: the history of the next turn holds what went out.
    const next = await hr.compress([...messages, ...(make(HITS).slice(1) as { role: string }[])], { model: 'm' });
    expect(next.messages.slice(0, messages.length)).toEqual(short.messages);
  });

  test('a request comes back as a request, with views where it has the tool', async () => {
    const hr = new Headroom();
    const { retrieveTool } = hr;
    const tools = {
      Messages: [retrieveTool.anthropic],
      'Chat Completions': [retrieveTool.openaiChat],
      Responses: [retrieveTool.openaiResponses],
      Gemini: [{ functionDeclarations: [retrieveTool.gemini] }],
    }[_name];
    const request = { model: 'm', [key]: make(HITS), temperature: 1 } as unknown as {
      messages: object[];
      temperature: number;
    };
    expect(JSON.stringify((await hr.compress(request)).request)).not.toContain('hash=');
    const other = new Headroom();
    const offered = await other.compress({ ...request, tools });
    expect(JSON.stringify(offered.request)).toContain(`hash=${offered.hashes[0]}`);
    expect(offered.request.tools).toBe(tools);
    expect(offered.request.temperature).toBe(1);
    expect(await other.retrieve(offered)).toBe(HITS);
  });
});

test('what JSON does not know stays where it was', async () => {
  const marker = Symbol('mine');
  const at = new Date(0);
  const messages = chat(ROWS) as { role: string; at?: Date; call?: () => void }[];
  Object.assign(messages[2]!, { at, call: () => undefined, [marker]: 1, nothing: undefined });
  const { messages: short } = await compress(messages);
  expect(short[2]).toMatchObject({ at, [marker]: 1 });
  expect(short[2]!.call).toBe(messages[2]!.call);
  expect(Object.keys(short[2]!)).toEqual(Object.keys(messages[2]!));
});

test('a simulation says what would be and why, and decides nothing', async () => {
  const hr = new Headroom();
  const messages = chat(ROWS);
  const tried = await hr.simulate(messages);
  expect(tried.tokensAfter).toBeLessThan(tried.tokensBefore / 10);
  expect(tried.decisions).toMatchObject([
    { tool: 'Grep', outcome: 'rewritten', by: 'json', source: ROWS } satisfies Partial<Decision>,
  ]);
  expect(tried.hashes).toEqual([]);
  const kept = await hr.compress(messages as { role: string }[]);
  expect(JSON.stringify(kept.messages)).toContain(JSON.stringify(tried.decisions[0]!.text));
  const tiny = await simulate('tiny');
  expect(tiny.decisions).toMatchObject([{ outcome: 'left alone', reason: 'under 200 characters' }]);
});

test('the operator chooses by tool, and a hook by edit', async () => {
  const hr = new Headroom({ tools: [{ glob: 'Gr*', level: 'off' }] });
  const messages = chat(ROWS) as { role: string }[];
  expect((await hr.compress(messages)).messages).toBe(messages);
  const vetoed = new Headroom({ hooks: { edit: ({ source }) => source !== ROWS } });
  expect((await vetoed.simulate(messages)).decisions).toMatchObject([{ reason: 'refused by a hook' }]);
  expect((await vetoed.compress(messages)).messages).toBe(messages);
  const broken = new Headroom({
    hooks: {
      edit: () => {
        throw new Error('mine');
      },
    },
  });
  expect((await broken.compress(messages)).compressed).toBe(true);
});

test('responseFormat json: JSON among the results stays JSON, and a view says where its original is', async () => {
  const hr = new Headroom({ offersRetrieval: true });
  const short = await hr.compress(ROWS, { responseFormat: 'json', offersRetrieval: false });
  expect(JSON.parse(short.text)).toEqual(VALUE);
  const odd = JSON.stringify(
    Array.from({ length: 400 }, (_, id) => ({
      id,
      words: `${id * 7919} ${(id * 104729) % 9973} of ${id % 7}`,
      state: ['a', 'b'][id % 2],
    })),
  );
  const view = await hr.compress(odd, { responseFormat: 'json' });
  const { _headroom: said } = JSON.parse(view.text) as { _headroom: { original: string } };
  expect(said.original).toContain(`hash=${view.hashes[0]}`);
});

test('a store on disk has it all after a restart, for its own tenant', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-library-'));
  try {
    const store = join(folder, 'headroom.db');
    const first = new Headroom({ store, tenant: 'ann' });
    const short = await first.compress(HITS, { offersRetrieval: true });
    await first.close();
    await using again = new Headroom({ store: { path: store }, tenant: 'ann' });
    expect(await again.retrieve(short.text)).toBe(HITS);
    await using other = new Headroom({ store, tenant: 'bob' });
    expect(await other.retrieve(short.text)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a store that cannot be used', () => {
  // Both a view and a form that loses nothing are shorter.
  const text = JSON.stringify(
    Array.from({ length: 400 }, (_, id) => ({ id, words: `${id * 7919} of ${(id * 104729) % 9973}`, state: 'a' })),
  );
  const folder = mkdtempSync(join(tmpdir(), 'headroom-broken-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const damaged = join(folder, 'damaged.db');
  writeFileSync(damaged, 'no database at all, but long enough to be taken for one'.repeat(99));

  test.each([
    ['a damaged file', damaged],
    ['a path that leads through a file', join(damaged, 'headroom.db')],
  ])(
    '%s: results are as short as without views, their originals are there for this process, and it is said once',
    async (_name, store) => {
      const warned: string[] = [];
      await using broken = new Headroom({ store, offersRetrieval: true, warn: (message) => warned.push(message) });
      const lossless = await new Headroom().compress(text);
      expect((await new Headroom({ offersRetrieval: true }).compress(text)).tokensAfter).toBeLessThan(
        lossless.tokensAfter,
      );
      const short = await broken.compress(text);
      expect(short).toMatchObject({
        text: lossless.text,
        tokensAfter: lossless.tokensAfter,
        compressed: true,
        reason: '',
      });
      for (const handle of [short, short.text, short.hashes[0]!]) expect(await broken.retrieve(handle)).toBe(text);
      expect(await broken.compress(text)).toEqual(short);
      expect((await broken.simulate(text)).decisions[0]!.text).toBe(short.text);
      const messages = chat(text) as { role: string }[];
      const tried = await broken.simulate(messages);
      expect(JSON.stringify((await broken.compress(messages)).messages)).toContain(
        JSON.stringify(tried.decisions[0]!.text),
      );
      expect(tried.decisions[0]!.text).toBe(short.text);
      expect(warned).toEqual([expect.stringContaining('is out of use')]);
    },
  );

  test('is a warning of the process where nobody listens', async () => {
    const warned: Error[] = [];
    const listen = (warning: Error): void => void warned.push(warning);
    process.on('warning', listen);
    await using broken = new Headroom({ store: damaged, offersRetrieval: true });
    await broken.compress(text);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warned.filter(({ name }) => name === 'HeadroomWarning')).toMatchObject([
      { message: expect.stringContaining('out of use') as string },
    ]);
  });
});

describe('options that there are not', () => {
  const wrong =
    (options: object): (() => unknown) =>
    () =>
      new Headroom(options as HeadroomOptions);

  test.each([
    [{ profile: 'x' }, /profile must be one of lossless, balanced, aggressive, not "x"/],
    [{ profile: 'off' }, /not "off"/],
    [{ foo: 1 }, /there is no option "foo"; there are profile, tools, /],
    [{ profil: 'lossless' }, /did you mean profile\?/],
    [{ tools: { Read: 'off' } }, /tools must be a list of \{ glob, level \}/],
    [{ tools: [{ glob: 'a', level: 'x' }] }, /level of lossless/],
    [{ offersRetrieval: 'yes' }, /offersRetrieval must be true or false, not "yes"/],
    [{ prose: 1 }, /prose must be true or false/],
    [{ contextFit: true }, /contextFit must be one of auto, off, not true/],
    [{ cacheAlign: 'on' }, /cacheAlign must be one of auto, off/],
    [{ modelsFile: 7 }, /modelsFile must be a file or an object/],
    [{ vocabulary: [{ tokenizer: 'mistral' }] }, /vocabulary must be a list of \{ tokenizer, path \}/],
    [{ store: {} }, /store must be a file, a redis/],
    [{ store: { path: 'x', size: 1 } }, /path, maxBytes/],
    [{ tenant: 7 }, /tenant must be a text/],
    [{ tokenizer: {} }, /tokenizer must be a name/],
    [{ deadlineMs: 0 }, /deadlineMs must be a number above 0, not 0/],
    [{ deadlineMs: Number.NaN }, /not NaN/],
    [{ hooks: { edits: () => true } }, /hooks must be .*before, edit, after/],
    [{ warn: true }, /warn must be a function/],
  ])('%j is refused in words', (options, problem) => {
    expect(wrong(options)).toThrow(TypeError);
    expect(wrong(options)).toThrow(problem);
  });

  test('and those of a call too, while undefined is always one', async () => {
    const hr = new Headroom({ profile: undefined, store: undefined, hooks: undefined });
    const odd = { xyzzy: 1 } as CompressOptions;
    await expect(hr.compress('x', odd)).rejects.toThrow(/no option "xyzzy"; there are model, tool,/);
    await expect(hr.simulate('x', { responseFormat: 'xml' } as unknown as CompressOptions)).rejects.toThrow(
      /must be one of json/,
    );
    await expect(compress('x', odd)).rejects.toThrow(/there are model,.* profile, tools, contextFit, prose, tenant/);
    await expect(simulate('x', { profile: 'x' } as unknown as CompressOptions)).rejects.toThrow(TypeError);
    expect((await compress('x', { profile: 'lossless', tool: 'Grep', input: null })).text).toBe('x');
  });

  test('nothing is kept under undefined, and what is no handle is refused', async () => {
    const hr = new Headroom();
    expect([await hr.retrieve(undefined), await retrieve(undefined)]).toEqual([undefined, undefined]);
    for (const odd of [null, 7, {}])
      await expect(hr.retrieve(odd as unknown as string)).rejects.toThrow(/retrieve takes a result of compress/);
  });
});

test('tokens are counted with whatever is asked for', async () => {
  const letters = new Headroom({ tokenizer: { name: 'letters', exact: true, count: (text) => text.length } });
  expect((await letters.compress(ROWS)).tokensBefore).toBe(ROWS.length);
  expect((await new Headroom({ tokenizer: 'cl100k' }).compress(ROWS)).tokensBefore).toBeGreaterThan(1_000);
  await expect(new Headroom({ tokenizer: 'none such' }).compress('x')).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

test('a result of several originals is asked for one of them', async () => {
  const hr = new Headroom();
  const messages = [...chat(ROWS), ...chat(JSON.stringify(VALUE.map((row) => ({ ...row, more: 'x' })))).slice(1)];
  const short = await hr.compress(messages as { role: string }[]);
  expect(short.hashes).toHaveLength(2);
  await expect(hr.retrieve(short)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('agents hand one another context in its short form', async () => {
  const context = new SharedContext({ maxEntries: 2 });
  const entry = await context.put('research', VALUE, { agent: 'researcher' });
  expect(entry).toMatchObject({ agent: 'researcher', original: JSON.stringify(VALUE), transforms: ['json'] });
  expect(context.get('research')).toBe(entry.compressed);
  expect(context.get('research', { full: true })).toBe(JSON.stringify(VALUE));
  expect(context.get('none')).toBeUndefined();
  await context.put('b', 'short');
  await context.put('c', 'short');
  expect(context.keys()).toEqual(['b', 'c']);
  expect(context.stats()).toMatchObject({ entries: 2, totalTokensSaved: 0, savingsPercent: 0 });
  context.clear();
  expect(context.keys()).toEqual([]);
  const brief = new SharedContext({ ttlMs: -1 });
  await brief.put('a', 'x');
  expect(brief.get('a')).toBeUndefined();
});

test('an outline of code', async () => {
  const text = `${'// a file\n'}export function add(a: number, b: number): number {\n${'  a += b;\n'.repeat(40)}  return a;\n}\n`;
  expect(await outline(text, 'typescript')).toContain('export function add');
});
