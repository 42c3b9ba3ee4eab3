/** A program on the OpenAI Agents SDK, and all that it sees of a run. */
import { type AgentInputItem, Runner, type Session } from '@openai/agents';
import type { Json } from './programs.ts';

export const OURS = 'headroom_retrieve';
export const HITS: string = Array.from(
  { length: 600 },
  (_, n) => `src/p${n % 30}/f.ts:${n}:  const v${n} = compute(${n * 7});`,
).join('\n');
export const LISTED: string = JSON.stringify(
  Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}`, state: 'active' })),
);

export interface Seen {
  readonly finalOutput: Json;
  readonly calls: readonly string[];
  readonly history: AgentInputItem[];
  readonly events: readonly Json[];
  /** As many as the run was told of. */
  readonly requests: number;
  readonly previousResponseId: string | undefined;
}

interface Options {
  readonly isStreaming: boolean;
  readonly signal?: AbortSignal;
  readonly runner?: Runner;
  readonly session?: Session;
  readonly context?: unknown;
  readonly previousResponseId?: string | undefined;
}

export async function seenBy(agent: Json, input: string | AgentInputItem[], options: Options): Promise<Seen> {
  const { isStreaming, runner = new Runner({ tracingDisabled: true }), ...given } = options;
  const more: Json = given;
  const events: Json[] = [];
  let result: Json;
  if (isStreaming) {
    result = await runner.run(agent, input, { ...more, stream: true });
    for await (const event of result) events.push(event);
    await result.completed;
  } else result = await runner.run(agent, input, more);
  const items: Json[] = result.newItems.map((item: Json) => item.toJSON());
  return {
    finalOutput: result.finalOutput,
    calls: items.flatMap(({ type, rawItem }) => (type === 'tool_call_item' ? [rawItem.name] : [])),
    history: result.history,
    events: events.map((event) => JSON.parse(JSON.stringify(event))),
    requests: result.state.usage.requests,
    previousResponseId: result.lastResponseId,
  };
}

const COUNTED = /tokens|^usage$|_usage$|requestUsageEntries/i;

/** Without what differs from request to request: numbers of requests, the size of what was asked. */
export function plainRun(seen: Seen): Json {
  const text = JSON.stringify(seen, (key, value) => {
    if (COUNTED.test(key)) return 0;
    return key === 'encrypted_content' || key === 'encryptedContent' ? 'signed' : value;
  });
  return JSON.parse(text.replaceAll(/scripted([-_])\d+/g, 'scripted$1n'));
}
