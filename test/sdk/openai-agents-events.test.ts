/** What providers of the Agents SDK's models say in their own words passes, but for calls that are answered unseen. */
import { type Model, Usage } from '@openai/agents';
import { expect, test } from 'vitest';
import { headroomModel } from '../../src/integrations/openai-agents/index.ts';
import { REQUEST } from './agents-model.ts';
import { OURS } from './agents-program.ts';
import type { Json } from './programs.ts';

test('what a provider itself says of an answer has no trace of it', async () => {
  const ours = { type: 'function_call', id: 'fc_1', call_id: 'h', name: OURS, arguments: '{}' };
  const theirs = { type: 'function_call', id: 'fc_2', call_id: 'p', name: 'grep', arguments: '{}' };
  const echoed = { tools: [{ name: 'grep' }, { name: OURS }] };
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
  let round = 0;
  const answer = (): Json => {
    const output = round++ % 2 === 0 ? [ours] : [ours, theirs];
    return { output: output.map(({ call_id: callId, ...item }) => ({ ...item, callId })), raw: { ...echoed, output } };
  };
  const chunk = (delta: object, end: string | null = null): Json => ({
    type: 'model',
    event: { choices: [{ index: 0, delta, finish_reason: end }] },
  });
  const model: Model = {
    getResponse: async () => {
      const { output, raw } = answer();
      const message = { tool_calls: raw.output.map(({ name }: Json) => ({ function: { name } })) };
      return { output, usage: new Usage(usage), providerData: { ...raw, choices: [{ message }] } };
    },
    async *getStreamedResponse() {
      const { output, raw } = answer();
      const id = `r${round}`;
      const created = { type: 'response.created', response: { id, ...echoed } };
      yield { type: 'response_started', providerData: created };
      yield { type: 'model', event: created };
      for (const [index, { call_id: callId, ...item }] of raw.output.entries()) {
        yield { type: 'model', event: { type: 'response.output_item.added', item } };
        yield { type: 'model', event: { type: 'response.function_call_arguments.delta', item_id: item.id } };
        const call = { index, function: { arguments: '' } };
        yield chunk({ tool_calls: [{ ...call, id: callId, function: { name: item.name, arguments: '' } }] });
        yield chunk({ content: 'x', tool_calls: [call] });
      }
      yield chunk({}, 'tool_calls');
      yield { type: 'response_done', response: { id, usage, output, providerData: echoed } };
      yield { type: 'model', event: { type: 'response.completed', response: raw } };
    },
  };
  const whole = await headroomModel(model).getResponse({ ...REQUEST, input: 'go' } as Json);
  expect(JSON.stringify(whole)).not.toContain(OURS);
  expect(whole.providerData).toMatchObject({ tools: [{ name: 'grep' }], choices: [{ message: { tool_calls: [{}] } }] });
  const events: Json[] = [];
  for await (const event of headroomModel(model).getStreamedResponse({ ...REQUEST, input: 'go' } as Json))
    events.push(event);
  expect(JSON.stringify(events)).not.toMatch(/headroom_retrieve|fc_1|"h"/);
  const raw = events.flatMap(({ type, event }) => (type === 'model' ? [event] : []));
  expect(raw.map(({ type, choices }) => type ?? JSON.stringify(choices[0]))).toEqual([
    'response.created',
    '{"index":0,"delta":{"content":"x"},"finish_reason":null}',
    '{"index":0,"delta":{"content":"x"},"finish_reason":null}',
    'response.output_item.added',
    'response.function_call_arguments.delta',
    expect.stringContaining('"name":"grep"'),
    expect.stringContaining('"tool_calls":[{"index":1'),
    expect.stringContaining('"finish_reason":"tool_calls"'),
    'response.completed',
  ]);
});
