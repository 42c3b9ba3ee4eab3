/** An agent on Anthropic's SDK, and what the model behind it says when it fetches originals: for tests of hidden calls. */
import type { Plan, Planned } from './signing-provider.ts';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- two majors of one SDK, by what both have

export const HITS: readonly string[] = Array.from(
  { length: 600 },
  (_, n) => `src/part${n % 30}/file.ts:${n}:  const value${n} = compute(${n * 7});`,
);
const SEARCH = HITS.join('\n');
const TOOL = { name: 'Grep', description: 'searches', input_schema: { type: 'object', properties: {} } };
export const think = (thinking: string): Json => ({ type: 'thinking', thinking });
export const say = (text: string): Json => ({ type: 'text', text });
let ids = 0;
export const grep = (): Json => ({ type: 'tool_use', id: `toolu_${++ids}`, name: 'Grep', input: { pattern: 'x' } });
/** As the model does: with the hash that the request shows. */
export const fetch = (body: Json, more: object = {}): Json => ({
  type: 'tool_use',
  id: `toolu_${++ids}`,
  name: 'headroom_retrieve',
  input: { hash: /headroom_retrieve hash=([0-9a-f]{24})/.exec(JSON.stringify(body.messages))?.[1] ?? 'none', ...more },
});
export const isOurs = (block: Json): boolean => block.name === 'headroom_retrieve';

export interface Setting {
  readonly isStreaming: boolean;
  readonly make: (url: string) => Json;
}

/** An agent that answers every call with the same long search result, for as long as it is asked. */
export async function converse(
  url: string | (() => string),
  { isStreaming, make }: Setting,
  questions: readonly string[],
): Promise<Json[]> {
  const messages: Json[] = [];
  const answers: Json[] = [];
  for (const question of questions) {
    messages.push({ role: 'user', content: question });
    for (let turn = 0; turn < 6; turn++) {
      const client = make(typeof url === 'string' ? url : url());
      const request = { model: 'claude-opus-5-5', max_tokens: 64, tools: [TOOL], messages };
      const answer = isStreaming
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      answers.push(answer);
      // The SDK adds a field of its own to what it gives out.
      const said = JSON.parse(JSON.stringify(answer.content, (key, value) => (key === 'parsed' ? undefined : value)));
      messages.push({ role: 'assistant', content: said });
      const calls = answer.content.filter(({ type }: Json) => type === 'tool_use');
      if (calls.length === 0) break;
      messages.push({
        role: 'user',
        content: calls.map(({ id }: Json) => ({ type: 'tool_result', tool_use_id: id, content: SEARCH })),
      });
    }
  }
  return answers;
}

/** @param hops what the model says, request by request. The client sees all of it but our calls. */
export function planOf(hops: readonly ((body: Json) => Planned)[]): Plan {
  return (body, index) => (hops[index] ?? (() => [say('nothing more')]))(body);
}
