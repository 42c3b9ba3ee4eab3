/** Models of the Agents SDK that are no clients: what they are asked, and what a program sees of what they answer. */
import { Agent, type AgentInputItem, type Model, setTracingDisabled, tool } from '@openai/agents';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Headroom } from '../../src/index.ts';
import type { ClientOptions } from '../../src/integrations/fetch.ts';
import { headroomModel } from '../../src/integrations/openai-agents/index.ts';
import { type Answer, ask, fetchLast, modelOf, REQUEST, say, think, user } from './agents-model.ts';
import { HITS, LISTED, OURS, seenBy, type Seen } from './agents-program.ts';
import type { Json } from './programs.ts';

setTracingDisabled(true);

const wrapped = (model: Model, options?: ClientOptions): Model => headroomModel(model, options);
const tools = [
  tool({ name: 'grep', description: 'searches', parameters: z.object({}), execute: () => HITS }),
  tool({ name: 'list', description: 'lists', parameters: z.object({}), execute: () => LISTED }),
];
const run = (
  model: Model,
  isStreaming: boolean,
  input: string | AgentInputItem[] = 'go',
  more: Json = {},
): Promise<Seen> => seenBy(new Agent({ name: 'a', model, tools, ...more }), input, { isStreaming, ...more });
const bare = (value: Json): Json => JSON.parse(JSON.stringify(value));
const inputOf = ({ input }: Json): Json[] => (typeof input === 'string' ? [user(input)] : input);
/** Without what runs put to items and take from them. */
const plain = (items: Json[]): Json =>
  items.map((item) => {
    const { type = 'message', id: _, status: __, providerData: ___, ...rest } = bare(item);
    return { type, ...rest };
  });

function expectGrowing(asked: readonly Json[]): void {
  for (const [index, request] of asked.entries()) {
    const before = asked[index - 1];
    if (!before) continue;
    expect(request.tools).toEqual(before.tools);
    const said = inputOf(before);
    expect(plain(inputOf(request).slice(0, said.length))).toEqual(plain(said));
  }
}

describe.each([false, true])('streaming: %s', (isStreaming) => {
  test('calls for originals are answered unseen, and are put back in later requests of the conversation', async () => {
    const { model, asked } = modelOf([
      () => [think('a'), ask('1', 'grep')],
      (input) => [think('b'), say('wait, '), fetchLast('h1', { lines: '7' })(input)],
      (input) => [think('c'), fetchLast('h2', { query: 'v599' })(input), ask('2', 'list')],
      (input) => [think('d'), fetchLast('h3')(input)],
      () => [think('e'), say('found')],
      (input) => [fetchLast('h4')(input)],
      () => [say('the second answer')],
      () => [say('the third answer')],
    ]);
    const headroom = new Headroom();
    const one = await run(wrapped(model, { headroom }), isStreaming);
    const two = await run(wrapped(model, { headroom }), isStreaming, [...one.history, user('and now?')]);
    const three = await run(wrapped(model, { headroom }), isStreaming, [...two.history, user('and then?')]);
    expect([one, two, three].map(({ finalOutput }) => finalOutput)).toEqual([
      'found',
      'the second answer',
      'the third answer',
    ]);
    expect(one.calls).toEqual(['grep', 'list']);
    expect(JSON.stringify([one, two, three])).not.toContain(OURS);
    expect(one.history.map(({ type }) => type ?? 'message')).toEqual([
      'message',
      'reasoning',
      'function_call',
      'function_call_result',
      'reasoning',
      'message',
      'reasoning',
      'function_call',
      'function_call_result',
      // The thought that led to a call for an original alone is not here.
      'reasoning',
      'message',
    ]);
    const last = inputOf(asked[7]);
    expect(last.flatMap(({ type, name, callId }) => (type === 'function_call' && name === OURS ? callId : []))).toEqual(
      ['h1', 'h2', 'h3', 'h4'],
    );
    expect(last.filter(({ type }) => type === 'reasoning').map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    const answers = last.filter(({ type, name }) => type === 'function_call_result' && name === OURS);
    expect(answers[0].output.text).toContain('compute(42)');
    expect(answers[1].output.text).toContain('compute(4193)');
    expectGrowing(asked);
  });

  test('programs may leave out thoughts and ids, and repeat a question', async () => {
    const answers: Answer[] = [
      () => [ask('1', 'grep')],
      (input) => [think('b'), fetchLast('h1')(input)],
      () => [think('c'), say('found')],
    ];
    const { model, asked } = modelOf([
      ...answers,
      ...answers.slice(0, 2),
      () => [think('d'), say('found again')],
      () => [say('x')],
    ]);
    const ours = wrapped(model);
    await run(ours, isStreaming);
    const { history } = await run(ours, isStreaming);
    const kept = history
      .filter(({ type }) => type !== 'reasoning')
      .map((item: Json) =>
        item.role === 'user' ? { ...item, type: 'message', content: [{ type: 'input_text', text: 'go' }] } : item,
      );
    await run(ours, isStreaming, [...kept, user('?')]);
    const items = inputOf(asked[6]);
    expect(items.map(({ type = 'message', role, name }) => role ?? name ?? type)).toEqual([
      'user',
      'grep',
      'grep',
      'reasoning',
      OURS,
      OURS,
      'assistant',
      'user',
    ]);
    expect(items[6].content[0].text).toBe('found again');
  });

  test('a model that fetches for ever is told to go on without, and its turn ends where it does not', async () => {
    const fetching = Array.from(
      { length: 7 },
      (_, n): Answer =>
        (input) => [say(`${n}`), fetchLast(`h${n}`)(input)],
    );
    const told = modelOf([() => [ask('1', 'grep')], ...fetching.slice(0, 6), () => [say('enough')]]);
    expect((await run(wrapped(told.model), isStreaming)).finalOutput).toBe('enough');
    const results = inputOf(told.asked[7]).flatMap(({ output, name }) => (output && name === OURS ? output.text : []));
    expect(results.slice(0, 5).every((text) => text.includes('compute('))).toBe(true);
    expect(results[5]).toContain('continue with what you have');
    const deaf = modelOf([() => [ask('1', 'grep')], ...fetching]);
    const { finalOutput, history } = await run(wrapped(deaf.model), isStreaming);
    expect([finalOutput, deaf.asked.length]).toEqual(['6', 8]);
    expect(JSON.stringify(history)).not.toContain(OURS);
  });

  test('what the provider carried out beside a call for an original ends no turn', async () => {
    const search = { type: 'tool_search_call', execution: 'server', arguments: {}, status: 'completed' };
    const shell = { type: 'shell_call', callId: 's', status: 'completed', action: { commands: ['ls'] } };
    const listed = { stdout: 'a', stderr: '', outcome: { type: 'exit', exitCode: 0 } };
    const { model, asked } = modelOf([
      () => [
        search,
        shell,
        { type: 'shell_call_output', callId: 's', output: [listed] },
        ask('h', OURS, { hash: 'x' }),
      ],
      () => [say('found')],
    ]);
    const request: Json = { ...REQUEST, input: 'go', previousResponseId: 'r0' };
    if (!isStreaming) await wrapped(model).getResponse(request);
    else for await (const _ of wrapped(model).getStreamedResponse(request));
    expect(asked).toHaveLength(2);
    expect(inputOf(asked[1]).map(({ callId }) => callId)).toEqual(['h']);
  });

  test('a turn that showed nothing goes on where it was, and is not taken for that of another conversation', async () => {
    const { model, asked } = modelOf([
      () => [ask('1', 'grep')],
      (input) => [fetchLast('h1')(input)],
      () => [],
      (input) => [fetchLast('h2', { lines: '7' })(input)],
      () => [],
      () => [say('end')],
      () => [say('more')],
      () => [ask('1', 'grep')],
      () => [say('other')],
    ]);
    const ours = wrapped(model);
    const { finalOutput, history } = await run(ours, isStreaming);
    await run(ours, isStreaming, [...history, user('?')]);
    expect(finalOutput).toBe('end');
    expectGrowing(asked.slice(0, 7));
    await run(ours, isStreaming);
    expect(JSON.stringify(asked[8].input)).not.toContain(`"name":"${OURS}"`);
  });

  test('usage is that of all answers', async () => {
    const { model } = modelOf([() => [ask('1', 'grep')], (input) => [fetchLast('h')(input)], () => [say('x')]]);
    const result: Json[] = [];
    const { requests } = await run(wrapped(model), isStreaming, 'go', {
      outputGuardrails: [
        {
          name: 'usage',
          execute: async ({ context }: Json) => {
            result.push(bare(context.usage));
            return { tripwireTriggered: false, outputInfo: {} };
          },
        },
      ],
    });
    expect(requests).toBe(3);
    expect(result[0]).toMatchObject({ inputTokens: 30, outputTokens: 6, totalTokens: 36 });
    expect(result[0].requestUsageEntries).toHaveLength(3);
    expect(result[0].inputTokensDetails).toEqual([{ cached: 3 }, { cached: 3 }, { cached: 3 }]);
  });

  test('who has no tools, or another tool of that name, or the lossless profile, is offered none and reads no views', async () => {
    const plainModel = modelOf([() => [ask('1', 'grep')], () => [say('x')]]);
    const { history } = await run(plainModel.model, false);
    const headroom = new Headroom();
    const seen = modelOf(Array.from({ length: 4 }, () => () => [say('x')]));
    const input = [...history, user('?')];
    const taken = [tool({ name: OURS, description: 'theirs', parameters: z.object({}), execute: () => '' })];
    await run(wrapped(seen.model, { headroom }), isStreaming, input);
    await run(wrapped(seen.model, { headroom }), isStreaming, input, { tools: [] });
    await run(wrapped(seen.model, { headroom }), isStreaming, input, { tools: taken });
    await run(wrapped(seen.model, { profile: 'lossless' }), isStreaming, input);
    expect(JSON.stringify(seen.asked[0].input)).toContain('hash=');
    for (const { input: read, tools: offered } of seen.asked.slice(1)) {
      expect(JSON.stringify(read)).not.toContain('hash=');
      expect(offered.filter(({ name, description }: Json) => name === OURS && description !== 'theirs')).toEqual([]);
    }
  });

  test('who must not call it now gets no new views', async () => {
    const { model, asked } = modelOf([() => [ask('1', 'grep')], () => [say('x')]]);
    await run(wrapped(model), isStreaming, 'go', { modelSettings: { toolChoice: 'grep' }, resetToolChoice: false });
    expect(JSON.stringify(asked[1].input)).not.toContain('hash=');
    expect(asked[1].tools.map(({ name }: Json) => name)).toEqual(['grep', 'list', OURS]);
  });

  test('objects are the same, and an original may have been fetched for them', async () => {
    const found: Answer = () => [say('{"n":42}')];
    const fetching: Answer = (input) => [say('let me see'), fetchLast('h1')(input)];
    const { model, asked } = modelOf([() => [ask('1', 'grep')], ...(isStreaming ? [found] : [fetching, found])]);
    const seen = await run(wrapped(model), isStreaming, 'go', { outputType: z.object({ n: z.number() }) });
    expect(seen.finalOutput).toEqual({ n: 42 });
    expect(asked[1].tools.some(({ name }: Json) => name === OURS)).toBe(!isStreaming);
  });

  test('what the provider holds is not sent again, and answers to mixed calls go with those of the program', async () => {
    for (const [held, ids] of [
      [{ previousResponseId: 'r0' }, ['r0', 'r1', 'r2', 'r3']],
      [{ conversationId: 'c' }, ['c', 'c', 'c', 'c']],
    ] as const) {
      const { model, asked } = modelOf([
        () => [ask('1', 'grep')],
        (input) => [fetchLast('h1')(input)],
        () => [ask('h2', OURS, { hash: 'none' }), ask('2', 'list')],
        () => [say('found')],
      ]);
      const { finalOutput } = await run(wrapped(model), isStreaming, 'go', held);
      expect(finalOutput).toBe('found');
      expect(asked.map(({ previousResponseId, conversationId }) => conversationId ?? previousResponseId)).toEqual(ids);
      expect(asked.map((one) => inputOf(one).map(({ callId, role }) => callId ?? role))).toEqual([
        ['user'],
        ['1'],
        ['h1'],
        ['2', 'h2'],
      ]);
    }
  });
});

test('results of all shapes are shortened; reports of failures, images and what is short stay', async () => {
  const { model, asked } = modelOf([() => [say('x')]]);
  const image = { type: 'input_image', image: 'data:image/png;base64,aGk=' };
  const failed = `An error occurred while running the tool. Please try again. Error: ${HITS}`;
  const outputs: Json[] = [
    HITS,
    { type: 'text', text: LISTED },
    [image, { type: 'input_text', text: LISTED.replaceAll('user', 'person') }],
    failed,
    { type: 'text', text: failed },
    'short',
    { type: 'image', image: 'https://x/y.png' },
  ];
  const exit = (exitCode: number): Json => ({
    stdout: HITS.replaceAll('p', `x${exitCode}`),
    stderr: 'e',
    outcome: { type: 'exit', exitCode },
  });
  const shell = {
    type: 'shell_call_output',
    callId: 's',
    output: [exit(0), exit(1), { ...exit(2), outcome: { type: 'timeout' } }],
  };
  const input: Json[] = [
    user('go'),
    ...outputs.map((_, n) => ask(`${n}`, 'grep', { n })),
    ask('i', 'grep'),
    { type: 'shell_call', callId: 's', action: { commands: ['a', 'b', 'c'] } },
    ...outputs.map((output, n) => ({
      type: 'function_call_result',
      callId: `${n}`,
      name: 'grep',
      status: 'completed',
      output,
    })),
    { type: 'function_call_result', callId: 'i', name: 'grep', status: 'incomplete', output: HITS },
    shell,
  ];
  const before = structuredClone(input);
  const request: Json = { ...REQUEST, input };
  await wrapped(model).getResponse(request);
  expect(input).toEqual(before);
  const results = inputOf(asked[0]).slice(-9);
  const [hits, list, mixed, ...rest] = results.map(({ output }) => output);
  expect(hits.length).toBeLessThan(HITS.length);
  expect([list.type, list.text.length < LISTED.length / 2]).toEqual(['text', true]);
  expect(mixed[0]).toEqual(image);
  expect(mixed[1].text.length).toBeLessThan(LISTED.length / 2);
  expect(rest.slice(0, 5)).toEqual([failed, { type: 'text', text: failed }, 'short', outputs[6], HITS]);
  const [fine, wrong, late] = rest[5];
  expect(fine.stdout.length).toBeLessThan(HITS.length);
  expect([fine.outcome, wrong, late]).toEqual([exit(0).outcome, shell.output[1], shell.output[2]]);
});

test('advice, and who chooses the model of a prompt, are the model’s own', async () => {
  const { model } = modelOf([]);
  expect('getRetryAdvice' in headroomModel(model) && headroomModel(model).getRetryAdvice !== undefined).toBe(false);
  const ours = headroomModel({
    ...model,
    supportsPromptModelSelection: true,
    getRetryAdvice: () => ({ suggested: true }),
  });
  expect(ours.supportsPromptModelSelection).toBe(true);
  expect(ours.getRetryAdvice!({} as Json)).toEqual({ suggested: true });
});

test('a stream over several answers is one, and leaving it leaves the model’s', async () => {
  const { model } = modelOf([() => [say('one'), ask('h1', OURS, { hash: 'x' })], () => [say('two'), ask('1', 'grep')]]);
  const request: Json = { ...REQUEST, input: 'go' };
  const events: Json[] = [];
  for await (const event of wrapped(model).getStreamedResponse(request)) events.push(event);
  expect(events.map(({ type, delta, event }) => delta ?? event?.type ?? type)).toEqual([
    'response_started',
    'one',
    'two',
    'tool-input-start',
    'tool-input-delta',
    'tool-call',
    'finish',
    'response_done',
  ]);
  expect(events.at(-1).response).toMatchObject({ id: 'r2', usage: { requests: 2, inputTokens: 20 } });
  expect(events.at(-1).response.output.map(({ type }: Json) => type)).toEqual(['message', 'message', 'function_call']);
  let isLeft = false;
  const leaving: Model = {
    ...model,
    async *getStreamedResponse() {
      try {
        yield { type: 'response_started' };
        yield { type: 'response_started' };
      } finally {
        isLeft = true;
      }
    },
  };
  for await (const _ of wrapped(leaving).getStreamedResponse(request)) break;
  expect(isLeft).toBe(true);
});

test('whatever a model asks for, no run sees it and its requests only grow', async () => {
  const step = fc.record({
    text: fc.constantFrom('', 'one', 'two'),
    thinks: fc.boolean(),
    ours: fc.nat({ max: 2 }),
    theirs: fc.nat({ max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, isStreaming) => {
      const answers = steps.map(
        ({ text, thinks, ours, theirs }, n): Answer =>
          (input) => [
            ...(thinks ? [think(`t${n}`)] : []),
            ...(text ? [say(text)] : []),
            ...Array.from({ length: ours }, (_, k) => fetchLast(`h${n}${k}`, { lines: `${k + 1}` })(input)),
            ...Array.from({ length: theirs }, (_, k) => ask(`p${n}${k}`, k === 0 ? 'grep' : 'list')),
          ],
      );
      const ends = Array.from({ length: 12 }, (_, n) => () => [say(`end ${n}`)]);
      const { model, asked } = modelOf([() => [ask('1', 'grep')], ...answers, ...ends]);
      const ours = wrapped(model);
      const one = await run(ours, isStreaming, 'go', { maxTurns: 20 });
      const two = await run(ours, isStreaming, [...one.history, user('more')]);
      expect(JSON.stringify([one, two])).not.toContain(OURS);
      expectGrowing(asked);
    }),
    { numRuns: 40 },
  );
});
