/** Context fitting as requests meet it: through the engine, in the shape of two APIs. */
import { afterEach, expect, test } from 'vitest';
import { isHash } from '../src/core/hash.ts';
import { type OpenEngine, openEngine } from '../src/pipeline/defaults.ts';
import type { Job, Verdict } from '../src/pipeline/engine.ts';

const engines: OpenEngine[] = [];
afterEach(() => engines.splice(0).forEach((engine) => engine.close()));

function open(storePath?: string): OpenEngine {
  const options = { level: 'balanced', offersTool: true, fits: true, storePath, deadlineMs: 20_000 } as const;
  const engine = openEngine(options, () => undefined);
  engines.push(engine);
  return engine;
}

// oxlint-disable-next-line typescript/no-explicit-any -- bodies of two APIs, looked into by name
type Body = any;

const WORDS =
  'alpha bravo carbon delta ember falcon garnet harbor indigo jasper kernel lumen magnet nectar onyx prism quartz'.split(
    ' ',
  );

/** Words in an order of its own, so that nothing in it can be said shorter, and a name that only it has. */
function resultOf(index: number, words = 500): string {
  const word = (at: number): string => WORDS[(at * (index + 3) + ((at * at) % (index + 5))) % WORDS.length]!;
  const lines = Array.from({ length: words / 10 }, (_, line) =>
    Array.from({ length: 10 }, (__, at) => word(line * 10 + at)).join(' '),
  );
  return `opened module_${index}_main.ts\n${lines.join('\n')}`;
}

function anthropic(exchanges: number, words?: number): Body {
  const messages: Body[] = [{ role: 'user', content: 'Fix the parser.' }];
  for (let at = 0; at < exchanges; at++) {
    messages.push({
      role: 'assistant',
      content: [
        { type: 'text', text: `Looking at part ${at}.` },
        { type: 'tool_use', id: `toolu_${at}`, name: 'Fetch', input: { target: `part ${at}` } },
      ],
    });
    messages.push({
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: `toolu_${at}`, content: resultOf(at, words) }],
    });
  }
  return {
    model: 'gpt-4',
    max_tokens: 1000,
    tools: [{ name: 'Fetch', input_schema: { type: 'object' } }],
    messages,
  };
}

function run(engine: OpenEngine, body: Body, intent: Job['intent'] = 'send'): { verdict: Verdict; sent: Body } {
  const verdict = engine.run({
    body: Buffer.from(JSON.stringify(body)),
    format: 'anthropic-messages',
    tenant: 't',
    intent,
  });
  expect(verdict.problem).toBeUndefined();
  return { verdict, sent: verdict.body ? JSON.parse(Buffer.from(verdict.body).toString()) : body };
}

const results = ({ messages }: Body): string[] =>
  messages.flatMap(({ content }: Body) =>
    (Array.isArray(content) ? content : []).flatMap((block: Body) =>
      block.type === 'tool_result' ? [block.content] : [],
    ),
  );
const stubs = (body: Body): string[] => results(body).filter((text) => text.startsWith('[headroom: left out'));

test('what fits goes out as it came', () => {
  const body = anthropic(7);
  expect(results(run(open(), body).sent)).toEqual(results(body));
});

test('what does not fit loses its least worthy results, each named in its place and kept', () => {
  const engine = open();
  const body = anthropic(30);
  const { sent, verdict } = run(engine, body);
  expect(verdict.overflow).toBeUndefined();
  const left = stubs(sent);
  expect(left.length).toBeGreaterThan(20);
  expect(sent.messages).toHaveLength(body.messages.length);
  for (const [index, text] of results(sent).entries()) {
    if (!text.startsWith('[headroom')) {
      expect(text).toContain(`module_${index}_main.ts`);
      continue;
    }
    expect(text).toContain(`Fetch part ${index}`);
    expect(text).toContain(`module_${index}_main.ts`);
    const key = /hash=(\w+)/.exec(text)![1]!;
    expect(isHash(key)).toBe(true);
    expect(engine.stores.originals('t').get(key)).toBe(resultOf(index));
  }
  // The newest stay, and everything that was said.
  expect(results(sent).slice(-2)).toEqual(results(body).slice(-2));
  const said = (from: Body): Body => from.messages.filter(({ role }: Body) => role === 'assistant');
  expect(said(sent)).toEqual(said(body));
});

test('R-33 a replay begins no step, and repeats the one that was made', () => {
  const engine = open();
  const replay = (body: Body): Body => {
    const verdict = engine.replay({
      body: Buffer.from(JSON.stringify(body)),
      format: 'anthropic-messages',
      tenant: 't',
      intent: 'send',
    });
    return verdict.body ? JSON.parse(Buffer.from(verdict.body).toString()) : body;
  };
  expect(results(replay(anthropic(30)))).toEqual(results(anthropic(30)));
  const first = run(engine, anthropic(40)).sent;
  expect(stubs(first).length).toBeGreaterThan(20);
  const later = results(replay(anthropic(80)));
  expect(later.slice(0, 40)).toEqual(results(first));
  expect(later.slice(40)).toEqual(results(anthropic(80)).slice(40));
});

test('one step lasts for many turns, and what it said stays as it was said', () => {
  const engine = open();
  const first = run(engine, anthropic(30)).sent;
  const later = run(engine, anthropic(32)).sent;
  expect(results(later).slice(0, 30)).toEqual(results(first));
  expect(stubs(later)).toHaveLength(stubs(first).length);
  const much = run(engine, anthropic(36)).sent;
  expect(stubs(much).length).toBeGreaterThan(stubs(first).length);
  expect(results(run(engine, anthropic(37)).sent).slice(0, 36)).toEqual(results(much));
});

test('a step holds where the client moves its cache marks', () => {
  const engine = open();
  const marked = (exchanges: number, at: number): Body => {
    const body = anthropic(exchanges);
    const text = { type: 'text', text: 'Fix the parser.', ...(at === 0 && { cache_control: { type: 'ephemeral' } }) };
    return { ...body, messages: [{ role: 'user', content: [text] }, ...body.messages.slice(1)] };
  };
  const first = run(engine, marked(30, 0)).sent;
  expect(stubs(first).length).toBeGreaterThan(10);
  expect(results(run(engine, marked(32, 1)).sent).slice(0, 30)).toEqual(results(first));
});

test('asking what would become of it changes nothing, and says the same', () => {
  const engine = open();
  const asked = run(engine, anthropic(30), 'ask').sent;
  expect(results(run(engine, anthropic(7)).sent)).toEqual(results(anthropic(7)));
  expect(results(run(engine, anthropic(30)).sent)).toEqual(results(asked));
});

test('a fork that left the conversation before the step is not touched by it', () => {
  const engine = open();
  run(engine, anthropic(30));
  expect(stubs(run(engine, anthropic(8)).sent)).toEqual([]);
});

test('signed history is made to fit too, and known to be one that its provider may refuse', () => {
  const body = anthropic(30);
  body.messages[1].content.unshift({ type: 'thinking', thinking: 'x', signature: 'abc' });
  const engine = open();
  run(engine, { ...body, messages: body.messages.slice(0, 1) });
  const { sent, verdict } = run(engine, body);
  expect(stubs(sent).length).toBeGreaterThan(10);
  expect(verdict.mayNeedMending).toBe(true);
});

test('the long texts of calls are left out too, and short ones say what the call was', () => {
  const body = anthropic(14);
  for (const { content } of body.messages)
    for (const block of Array.isArray(content) ? content : [])
      if (block.type === 'tool_use')
        block.input = { file_path: `src/${block.id}.ts`, content: resultOf(Number(block.id.slice(6)), 400) };
  const engine = open();
  const { sent } = run(engine, body);
  const calls = sent.messages.flatMap(({ content }: Body) =>
    (Array.isArray(content) ? content : []).filter(({ type }: Body) => type === 'tool_use'),
  );
  const left = calls.filter(({ input }: Body) => input.content.startsWith('[headroom: left out'));
  expect(left.length).toBeGreaterThan(5);
  for (const { id, input } of calls) expect(input.file_path).toBe(`src/${id}.ts`);
  for (const { id, input } of left) {
    const key = /hash=(\w+)/.exec(input.content)![1]!;
    expect(engine.stores.originals('t').get(key)).toBe(resultOf(Number(id.slice(6)), 400));
  }
  expect(run(engine, body).sent).toEqual(sent);
});

test('what is refused because it does not fit is not decided: a model that reads more gets it whole', () => {
  const engine = open();
  const talk = { role: 'user', content: resultOf(1, 9_000) };
  const body = { ...anthropic(3), messages: [talk, ...anthropic(3).messages.slice(1)] };
  expect(run(engine, body).verdict.overflow).toBeDefined();
  expect(results(run(engine, { ...body, model: 'gpt-4.1' }).sent)).toEqual(results(body));
});

test('before a request goes out not at all, its newest results are shorter too', () => {
  const log = Array.from({ length: 1200 }, (_, at) => `2026-11-21 10:00:${at % 60} INFO worker handled job ${at}`).join(
    '\n',
  );
  const body = anthropic(12);
  body.messages.at(-1).content[0].content = log;
  const { sent, verdict } = run(open(), body);
  expect(verdict.overflow).toBeUndefined();
  expect(results(sent).at(-1)!.length).toBeLessThan(log.length / 4);
});

test('a client that asked for the long window has it, and so has one that names it', () => {
  const body = { ...anthropic(1), model: 'claude-sonnet-4-5', max_tokens: 1000 };
  body.messages[0].content = resultOf(3, 190_000);
  const job = {
    body: Buffer.from(JSON.stringify(body)),
    format: 'anthropic-messages',
    tenant: 't',
    intent: 'send',
  } as const;
  expect(open().run(job).overflow?.limitTokens).toBe(199_000);
  expect(open().run({ ...job, windowTokens: 1_000_000 }).overflow).toBeUndefined();
  const named = { ...body, model: 'claude-sonnet-4-5[1m]' };
  expect(open().run({ ...job, body: Buffer.from(JSON.stringify(named)) }).overflow).toBeUndefined();
});

test('of a new model of a known family nobody knows how much it reads', () => {
  for (const model of ['claude-opus-9', 'claude-sonnet-6', 'gpt-5.9', 'gpt-9', 'gemini-9-pro']) {
    const body = { ...anthropic(1), model };
    body.messages[0].content = resultOf(3, 600_000);
    expect([model, run(open(), body).verdict.overflow]).toEqual([model, undefined]);
  }
});

test('what people said alone is too long: nothing helps, and it is said so', () => {
  const { verdict } = run(open(), { ...anthropic(2), messages: [{ role: 'user', content: resultOf(1, 40_000) }] });
  expect(verdict.overflow?.limitTokens).toBe(7_192);
  expect(verdict.overflow?.tokens).toBeGreaterThan(verdict.overflow!.limitTokens);
});

test('a model of which nothing is known is never too small', () => {
  expect(stubs(run(open(), { ...anthropic(30), model: 'unheard-of' }).sent)).toEqual([]);
});
