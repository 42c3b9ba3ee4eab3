/** The cache aligner as requests meet it: through the engine, in every API's own shape. */
import { afterEach, describe, expect, test } from 'vitest';
import { type OpenEngine, openEngine } from '../src/pipeline/defaults.ts';

const engines: OpenEngine[] = [];
afterEach(() => engines.splice(0).forEach((engine) => engine.close()));

function open(aligns = true): OpenEngine {
  const options = { level: 'balanced', offersTool: true, aligns, storePath: undefined, deadlineMs: 5_000 } as const;
  const engine = openEngine(options, () => undefined);
  engines.push(engine);
  return engine;
}

// oxlint-disable-next-line typescript/no-explicit-any -- bodies of four APIs, looked into by name
type Body = any;

function send(engine: OpenEngine, format: string, body: Body): Body {
  const verdict = engine.run({ body: Buffer.from(JSON.stringify(body)), format, tenant: 't', intent: 'send' });
  expect(verdict.problem).toBeUndefined();
  return verdict.body ? JSON.parse(Buffer.from(verdict.body).toString()) : body;
}

const promptAt = (call: number): string =>
  `You are careful.\n\nCurrent time: 2026-11-21T10:${10 + call}:00Z\nSession ID: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a${10 + call}\nGit status:\n M src/file${call}.ts\n\nAnswer in one sentence. Write dates such as 2026-01-31.`;
const tool = (name: string): Body => ({
  name,
  description: `Does ${name}.`,
  input_schema: { type: 'object', properties: {} },
});
const asFunction = ({ name, description, input_schema }: Body): Body => ({
  type: 'function',
  function: { name, description, parameters: input_schema },
});
const TOOLS = ['read', 'write', 'list'].map(tool);

/** What a call's answer and the next question look like. */
const APIS: Readonly<
  Record<
    string,
    {
      body: (call: number, history: Body[]) => Body;
      turn: (role: string, text: string) => Body;
      list: (body: Body) => Body[];
      front: (body: Body) => unknown;
    }
  >
> = {
  'anthropic-messages': {
    body: (call, messages) => ({
      model: 'claude-sonnet-4-5',
      max_tokens: 9,
      system: promptAt(call),
      tools: TOOLS,
      messages,
    }),
    turn: (role, content) => ({ role, content }),
    list: (body) => body.messages,
    front: ({ system, tools }) => [system, tools],
  },
  'openai-chat': {
    body: (call, messages) => ({
      model: 'gpt-4o',
      tools: TOOLS.map(asFunction),
      messages: [{ role: 'system', content: promptAt(call) }, ...messages],
    }),
    turn: (role, content) => ({ role, content }),
    list: (body) => body.messages,
    front: ({ tools, prompt_cache_key: key, messages }) => [tools, key, messages[0]],
  },
  'openai-responses': {
    body: (call, input) => ({
      model: 'gpt-5',
      instructions: promptAt(call),
      tools: TOOLS.map((one) => ({
        type: 'function',
        name: one.name,
        description: one.description,
        parameters: one.input_schema,
      })),
      input,
    }),
    turn: (role, content) => ({ role, content }),
    list: (body) => body.input,
    front: ({ tools, prompt_cache_key: key, instructions }) => [tools, key, instructions],
  },
  gemini: {
    body: (call, contents) => ({ systemInstruction: { parts: [{ text: promptAt(call) }] }, contents }),
    turn: (role, text) => ({ role: role === 'assistant' ? 'model' : role, parts: [{ text }] }),
    list: (body) => body.contents,
    front: ({ systemInstruction }) => systemInstruction,
  },
};

const textOf = (value: unknown): string => JSON.stringify(value);
const withoutMarks = (value: unknown): string =>
  JSON.stringify(value, (key, member) => {
    if (key === 'cache_control') return undefined;
    // A string means the same as a lone text.
    return key === 'content' && Array.isArray(member) && member.length === 1 && member[0].type === 'text'
      ? member[0].text
      : member;
  });

/** The messages as the next request has them too. */
function withoutPostscript(messages: Body[]): Body[] {
  const last = messages.at(-1);
  if (!textOf(last).includes(AS_THEY_ARE)) return messages;
  const blocks = Array.isArray(last.content)
    ? last.content.filter((block: Body) => !textOf(block).includes(AS_THEY_ARE))
    : [];
  return blocks.length === 0 ? messages.slice(0, -1) : [...messages.slice(0, -1), { ...last, content: blocks }];
}

const AS_THEY_ARE = '[headroom: of these values';

describe.each(Object.entries(APIS))('%s', (format, { body, turn, list, front }) => {
  test('twenty calls of a conversation have one front, and nothing that was said changes or is lost', () => {
    const engine = open();
    const history: Body[] = [];
    let before: Body[] | undefined;
    let frontBefore: string | undefined;
    for (let call = 0; call < 20; call++) {
      history.push(turn('user', `question ${call}`));
      const sent = send(engine, format, body(call, [...history]));
      frontBefore ??= withoutMarks(front(sent));
      expect(withoutMarks(front(sent))).toBe(frontBefore);
      for (const word of ['Answer in one sentence. Write dates such as 2026-01-31.', 'You are careful.'])
        expect(textOf(front(sent))).toContain(word);
      for (const value of [
        `2026-11-21T10:${10 + call}:00Z`,
        `3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a${10 + call}`,
        ` M src/file${call}.ts`,
      ]) {
        expect(textOf(front(sent))).not.toContain(value);
        // The first ones stand behind the first question for good, later ones at the very end.
        expect(textOf(call === 0 ? list(sent).at(format === 'openai-chat' ? 1 : 0) : list(sent).slice(-1))).toContain(
          value,
        );
      }
      const said = withoutPostscript(list(sent));
      if (before) expect(said.slice(0, before.length).map(withoutMarks)).toEqual(before.map(withoutMarks));
      before = said;
      history.push(turn('assistant', `answer ${call}`));
    }
  });

  test('a conversation that began past us keeps its front as it is', () => {
    const engine = open();
    const messages = [turn('user', 'a'.repeat(2_000)), turn('assistant', 'b'), turn('user', 'c')];
    const sent = send(engine, format, body(1, messages));
    expect(textOf(front(sent))).toContain('2026-11-21T10:11:00Z');
  });

  test('a conversation whose first request was too short for any cache may begin past us', () => {
    const { body, turn, list } = APIS['anthropic-messages']!;
    const short = (system: string): Body => ({ model: 'claude-sonnet-4-5', max_tokens: 9, system, tools: TOOLS });
    const history = [turn('user', 'hello'), turn('assistant', 'yes?'), turn('user', 'why?'.repeat(2_000))];
    const sent = send(open(), 'anthropic-messages', { ...short(promptAt(2)), messages: history });
    expect(sent.system[0].text).not.toContain('10:12:00');
    expect(JSON.stringify(list(sent)[0])).toContain('10:12:00');
    const late = body(2, [...history, turn('assistant', 'so'), turn('user', 'on')]);
    expect(JSON.stringify(send(open(), 'anthropic-messages', late).system)).toContain('10:12:00');
  });

  test('nothing is aligned where the operator says so', () => {
    const sent = send(open(false), format, body(1, [turn('user', 'a')]));
    expect(textOf(front(sent))).toContain('2026-11-21T10:11:00Z');
    expect(textOf(sent)).not.toContain('cache_control');
    expect(textOf(sent)).not.toContain('prompt_cache_key');
  });

  test('the same request gives the same bytes again, and asking changes nothing', () => {
    const engine = open();
    const one = body(1, [turn('user', 'a')]);
    const asked = engine.run({ body: Buffer.from(JSON.stringify(one)), format, tenant: 't', intent: 'ask' }).body!;
    expect(Buffer.from(asked).toString()).toBe(JSON.stringify(send(engine, format, one)));
    expect(send(engine, format, one)).toEqual(send(engine, format, one));
  });
});

/** What of a system prompt changes from call to call, each as one client or another writes it. */
const CHANGING: readonly [string, (call: number) => string][] = [
  ['a bare session', (call) => `Session: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a${call}\n`],
  ['a time as date(1) prints it', (call) => `Local time: Sat Nov 21 22:${call}:00 UTC 2026\n`],
  ['a turn of some', (call) => `Turn ${call} of 99.\n`],
  ['tokens', (call) => `Token usage: ${call}000/200000; ${200 - call}000 remaining\n`],
  ['a branch in a line of status', (call) => `gitStatus: On branch feature-${call}\n`],
  ['recent commits', (call) => `Recent commits:\n3f2b8${call} Fix ${call}\n`],
  [
    'status, branch and commits',
    (call) =>
      `gitStatus: This is the git status at the start of the conversation.\nCurrent branch: f-${call}\n\nStatus:\nM src/a${call}.ts\n\nRecent commits:\n3f2b8${call} Fix ${call}\n91aa0f2 Add ${call}\n`,
  ],
  [
    'the long form of status',
    (call) =>
      `## git status\nOn branch main\nYour branch is ahead of 'origin/main' by ${call} commits.\nChanges not staged for commit:\n\tmodified:   src/a${call}.ts\n`,
  ],
];

test.each(CHANGING)('a prompt that says %s has one front', (_, said) => {
  const engine = open();
  const { turn, front, list } = APIS['openai-chat']!;
  const rules = 'Read before you write. '.repeat(60);
  const sent = [10, 11, 12].map((call, index) => {
    const messages = ['a', 'b', 'c'].slice(0, index + 1).flatMap((q) => [turn('assistant', 'so'), turn('user', q)]);
    const system = { role: 'system', content: `You help.\n${said(call)}${rules}` };
    const body = { model: 'gpt-4o', messages: [system, ...messages.slice(1)] };
    return send(engine, 'openai-chat', body);
  });
  for (const one of sent) {
    expect(front(one)).toEqual(front(sent[0]));
    expect(textOf(front(one))).toContain(rules);
  }
  expect(textOf(list(sent[2]).at(-1))).toContain('12');
});

test('messages of the Messages API are the same to the letter from turn to turn, marks apart', () => {
  const engine = open();
  const { body, turn } = APIS['anthropic-messages']!;
  const history: Body[] = [];
  let before: string[] = [];
  const plain = (value: unknown): string =>
    JSON.stringify(value, (key, member) => (key === 'cache_control' ? undefined : member));
  for (let call = 0; call < 6; call++) {
    history.push(turn('user', `question ${call}`));
    const { system: _, ...rest } = body(call, [...history]);
    const sent = send(engine, 'anthropic-messages', rest).messages.map(plain);
    expect(sent.slice(0, before.length)).toEqual(before);
    before = sent;
    history.push(turn('assistant', `answer ${call}`));
  }
});

describe('marks of the Messages API', () => {
  const { body, turn } = APIS['anthropic-messages']!;
  const marksIn = (value: unknown): number => textOf(value).split('"cache_control"').length - 1;

  test('stand after the tools, after the system prompt and at the ends of this request and the one before', () => {
    const block = (text: string): Body => [{ type: 'text', text }];
    const messages = ['a', 'b', 'c', 'd', 'e'].map((text, at) => ({
      role: at % 2 ? 'assistant' : 'user',
      content: block(text),
    }));
    const sent = send(open(), 'anthropic-messages', { ...body(1, messages), system: block('You help.') });
    expect(marksIn(sent)).toBe(4);
    expect(sent.tools[2].cache_control).toEqual({ type: 'ephemeral' });
    expect(marksIn(sent.tools[3])).toBe(0);
    expect(sent.system[0].cache_control).toEqual({ type: 'ephemeral' });
    expect(marksIn(sent.messages[2])).toBe(1);
    expect(sent.messages[4].content[0].cache_control).toEqual({ type: 'ephemeral' });
  });

  test('without tools strings become blocks, to carry them', () => {
    const messages = [turn('user', 'a'), turn('assistant', 'b'), turn('user', 'c')];
    const engine = open();
    send(engine, 'anthropic-messages', { ...body(1, messages.slice(0, 1)), tools: undefined });
    const sent = send(engine, 'anthropic-messages', { ...body(1, messages), tools: undefined });
    expect(marksIn(sent)).toBe(3);
    expect(sent.messages[1]).toEqual(messages[1]);
    expect(sent.messages[2].content).toEqual([{ type: 'text', text: 'c', cache_control: { type: 'ephemeral' } }]);
  });

  test('a conversation that began without signed reasoning goes on as it began when there is some', () => {
    const engine = open();
    const messages = [
      turn('user', 'a'),
      { role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: 's' }] },
      turn('user', 'c'),
    ];
    const first = send(engine, 'anthropic-messages', body(1, messages.slice(0, 1)));
    const second = send(engine, 'anthropic-messages', body(1, messages));
    expect(withoutMarks([second.system, second.messages[0]])).toBe(withoutMarks([first.system, first.messages[0]]));
  });
  test('what the client marks itself is never touched', () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] }];
    const sent = send(open(), 'anthropic-messages', { ...body(1, messages), tools: undefined });
    expect(sent).toEqual({ ...body(1, messages), tools: undefined });
  });

  test('a single question is not marked; the instructions of the second one are', () => {
    const engine = open();
    const ask = (call: number): Body =>
      send(engine, 'anthropic-messages', { ...body(call, [turn('user', `question ${call}`)]), tools: undefined });
    expect(marksIn(ask(1))).toBe(0);
    expect(marksIn(ask(2))).toBe(1);
  });

  test('where reasoning is signed only marks are set, and strings stay strings', () => {
    const request = { ...body(1, [turn('user', 'a')]), thinking: { type: 'adaptive' } };
    const sent = send(open(), 'anthropic-messages', request);
    expect(sent.system).toBe(request.system);
    expect(sent.messages).toEqual(request.messages);
    expect(marksIn(sent)).toBe(1);
  });

  test('an answer that the client began stays the last', () => {
    const engine = open();
    send(engine, 'anthropic-messages', body(1, [turn('user', 'a')]));
    const sent = send(engine, 'anthropic-messages', body(2, [turn('user', 'a'), turn('assistant', 'b')]));
    expect(sent.messages[1]).toEqual(turn('assistant', 'b'));
    expect(textOf(sent.messages[0])).toContain('2026-11-21T10:12:00Z');
  });
});

test('tools in another order, and schemas with other orders of keys, go out as the first request had them', () => {
  const engine = open();
  const { body, turn } = APIS['openai-chat']!;
  const shuffled = (call: number, tools: Body[]): Body => ({ ...body(call, [turn('user', `q ${call}`)]), tools });
  const turned = TOOLS.map((one) =>
    asFunction({ input_schema: { properties: {}, type: 'object' }, description: one.description, name: one.name }),
  );
  const first = send(engine, 'openai-chat', shuffled(1, TOOLS.map(asFunction)));
  const second = send(engine, 'openai-chat', shuffled(2, turned.toReversed()));
  expect(JSON.stringify(second.tools)).toBe(JSON.stringify(first.tools));
  expect(second.prompt_cache_key).toBe(first.prompt_cache_key);
  const other = send(engine, 'openai-chat', shuffled(3, TOOLS.slice(0, 2).map(asFunction)));
  expect(other.tools).toHaveLength(3);
});

test('values in the descriptions of tools move too', () => {
  const engine = open();
  const { body, turn } = APIS['openai-chat']!;
  const dated = (call: number): Body => ({
    ...body(call, [turn('user', 'q')]),
    tools: [asFunction({ ...TOOLS[0], description: `Reads. Today's date: 2026-11-${10 + call}.` })],
  });
  const [first, second] = [send(engine, 'openai-chat', dated(1)), send(engine, 'openai-chat', dated(2))];
  expect(second.tools).toEqual(first.tools);
  expect(textOf(second.messages.at(-1))).toContain('2026-11-12');
});

test('values that stay as they were are said once, and nothing stands at the end', () => {
  const engine = open();
  const { body, turn } = APIS['openai-chat']!;
  const messages = [turn('user', 'a'), turn('assistant', 'b'), turn('user', 'c')];
  send(engine, 'openai-chat', body(1, messages.slice(0, 1)));
  const sent = send(engine, 'openai-chat', body(1, messages)).messages;
  expect(sent).toHaveLength(4);
  expect(sent[1].content).toContain('2026-11-21T10:11:00Z');
  expect(sent[3]).toEqual(messages[2]);
});

test('a prefix has one name also where something in it changes that was not recognised', () => {
  const engine = open();
  const { turn } = APIS['openai-chat']!;
  const keys = ['calm, 3 of 7', 'bright, 4 of 7'].map((mood) => {
    const messages = [{ role: 'system', content: `You help.\nMood: ${mood}` }, turn('user', mood)];
    return send(engine, 'openai-chat', { model: 'gpt-4o', messages }).prompt_cache_key;
  });
  expect(keys[0]).toMatch(/^headroom-/);
  expect(keys[1]).toBe(keys[0]);
});

test('a client that names its cache keeps its request', () => {
  const { body, turn } = APIS['openai-chat']!;
  const request = { ...body(1, [turn('user', 'q')]), tools: undefined, prompt_cache_key: 'mine' };
  expect(send(open(), 'openai-chat', request)).toEqual(request);
});

test('models of which nothing is known keep their request', () => {
  const { body, turn } = APIS['openai-chat']!;
  const request = { ...body(1, [turn('user', 'q')]), tools: undefined, model: 'mistral-large' };
  expect(send(open(), 'openai-chat', request)).toEqual(request);
});

test('a value that is not recognised does not give up those beside it', () => {
  const engine = open();
  const { turn, front } = APIS['openai-chat']!;
  const rules = 'Read before you write. '.repeat(90);
  const sent = [10, 11, 12, 13].map((call, index) => {
    const messages = ['a', 'b', 'c', 'd']
      .slice(0, index + 1)
      .flatMap((q) => [turn('assistant', 'so'), turn('user', q)]);
    const system = {
      role: 'system',
      content: `You help.\nSession: 3f2b8c1e-8f5a-4b7e-9a51-0c2f3d4e5a${call}\n${rules}\nMoon v${call >> 1}.\nMood: ${call > 11 ? 'calm' : 'bright'}`,
    };
    return send(engine, 'openai-chat', { model: 'gpt-4o', messages: [system, ...messages.slice(1)] });
  });
  const before = (one: Body): string => textOf(one.messages[0]).split('Moon')[0]!;
  for (const one of sent) expect(before(one)).toBe(before(sent[0]));
  for (const one of sent) expect(one.prompt_cache_key).toBe(sent[0].prompt_cache_key);
  // What has not changed since stays equal to the letter.
  expect(front(sent[3])).toEqual(front(sent[2]));
});
