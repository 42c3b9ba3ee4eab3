/** Sessions of a model that reads a result, fetches what its view does not say, and uses what it read. */
import type { LearnedSnapshot } from '../../src/core/importance.ts';
import { findMarkers } from '../../src/core/marker.ts';
import type { Stores } from '../../src/core/stores.ts';
import { takeSnapshot } from '../../src/importance/snapshot.ts';
import { compressors, formats, openEngine, type OpenEngine } from '../../src/pipeline/defaults.ts';
import type { Verdict } from '../../src/pipeline/engine.ts';
import { Learning } from '../../src/pipeline/learning.ts';
import { answer } from '../../src/retrieval/answer.ts';
import { o200kCount } from '../bill/wording.ts';
import type { Result } from './streams.ts';

const FORMAT = 'anthropic-messages';
export const TENANT = 'bench';

export interface Installation {
  readonly engine: OpenEngine;
  readonly learning: Learning;
}

/** A proxy that starts now: its snapshot is what is known so far. */
export function start(stores: Stores, level: 'balanced' | 'aggressive', isKnowing = true): Installation {
  const rows = isKnowing ? stores.learned().read() : [];
  const learned: LearnedSnapshot | undefined =
    rows.length > 0 ? takeSnapshot({ salt: stores.learned().salt()!, rows }) : undefined;
  const options = {
    level,
    offersTool: true,
    storePath: undefined,
    learned,
    deadlineMs: 60_000,
  } as const;
  const engine = openEngine(options, (message) => console.error(message), { stores });
  return { engine, learning: new Learning({ formats, compressors, stores, learned, observations: undefined }) };
}

export interface Read {
  /** What the model got to read of the result. */
  readonly text: string;
  readonly tokens: number;
  readonly isView: boolean;
  readonly isFetched: boolean;
  /** Of what it fetched. */
  readonly fetchedTokens: number;
}

const count = o200kCount();

export function read(result: Result, number: number, { engine, learning }: Installation): Read {
  const { tool, need } = result;
  const tools = [{ name: tool, description: '', input_schema: { type: 'object' } }];
  const messages: object[] = [
    { role: 'user', content: `Question ${number}` },
    { role: 'assistant', content: [{ type: 'tool_use', id: `t${number}`, name: tool, input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `t${number}`, content: result.text }] },
  ];
  const send = (): ReturnType<OpenEngine['run']> & { readonly received: Uint8Array } => {
    const received = Buffer.from(JSON.stringify({ model: 'any', max_tokens: 9, tools, messages }));
    const verdict = engine.run({ body: received, format: FORMAT, tenant: TENANT, intent: 'send' });
    if (verdict.problem !== undefined) throw new Error(verdict.problem);
    tell(learning, FORMAT, received, verdict);
    return { ...verdict, received };
  };
  const first = send();
  const sent = first.body ?? first.received;
  const text = resultIn(sent);
  const [hash] = findMarkers(text);
  // A lossless form has all of it, in its own spelling.
  const isFetched = need !== undefined && hash !== undefined && !text.includes(need.text);
  let fetchedTokens = 0;
  if (isFetched) {
    const input = { hash: hash!, ...need.ask };
    const calls = [{ id: 'h', input }];
    const end = { pieces: [], hidden: [], calls, isMixed: false };
    learning.fetched({ tenant: TENANT, format: FORMAT, received: first.received, sent, hops: [], end });
    fetchedTokens = count(answer(input, () => result.text).text) + count(JSON.stringify(input));
  }
  if (need) {
    messages.push({ role: 'assistant', content: `It is ${need.text}.` }, { role: 'user', content: 'Thanks' });
    send();
  }
  return { text, tokens: count(text), isView: hash !== undefined, isFetched, fetchedTokens };
}

/** The result as the provider gets it. */
function resultIn(body: Uint8Array): string {
  const { messages } = JSON.parse(Buffer.from(body).toString()) as { messages: { content: { content: string }[] }[] };
  return messages[2]!.content[0]!.content;
}

/** Whether a view of no knowledge says it, made as long by pieces of the source that chance picks. */
export function isInEqual(
  plain: Read,
  tokens: number,
  { need, pieces }: Result,
  pick: (limit: number) => number,
): boolean {
  if (!need || plain.text.includes(need.text)) return true;
  let left = tokens - plain.tokens;
  const open = [...pieces];
  while (left > 0 && open.length > 0) {
    const [piece] = open.splice(pick(open.length), 1);
    left -= count(piece!) + 1;
    if (left >= 0 && piece!.includes(need.text)) return true;
  }
  return false;
}

/** What a proxy tells its learning of a request that it sent. */
export function tell(learning: Learning, format: string, received: Uint8Array, { body, notes }: Verdict): void {
  const whose = { at: 0, tenant: TENANT, project: undefined, format, model: 'any' };
  learning.sent({ ...whose, road: 'shortened', received, sent: body, complete: true, usages: [], notes });
}
