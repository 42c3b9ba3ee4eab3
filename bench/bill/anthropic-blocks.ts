/**
 * An Anthropic request as its cache sees it: one row of blocks, tools before system before messages, each with its content
 * and its mark. Refuses the marks that the API refuses.
 */
import { Refusal } from './account.ts';
import { asList, asMap, asText, identity, type Json, type JsonMap, wording } from './wording.ts';

export type Ttl = '5m' | '1h';

export interface Block {
  readonly level: 'tools' | 'system' | 'messages';
  /** What must be equal for the block to be the same. */
  readonly identity: string;
  /** What is counted. */
  readonly wording: string;
  readonly mark: Ttl | undefined;
}

export const MOST_MARKS = 4;

/** A first block of system that begins so is taken out before anything is read. */
const BILLING_LINE = 'x-anthropic-billing-header:';

interface Found {
  readonly place: string;
  readonly level: Block['level'];
  readonly value: JsonMap;
  readonly role: string;
}

/** @throws Refusal */
export function anthropicBlocks(body: JsonMap): readonly Block[] {
  const found = [...placed(body)];
  const marks = found.map(markOf);
  const own = found.reduce((sum, one, index) => sum + (marks[index] ? 1 : 0) + innerMarks(one.value), 0);
  if (own > MOST_MARKS) throw tooMany(own);
  markAutomatically(body, found, marks, own);
  refuseOrder(found, marks);
  const salts = saltsOf(body);
  return found.map(({ level, role, value }, index) => ({
    level,
    identity: `${salts[level]}${role}${identity(value)}`,
    wording: wording(value),
    mark: marks[index],
  }));
}

function* placed(body: JsonMap): Generator<Found> {
  for (const [index, tool] of asList(body['tools']).entries())
    yield { place: `tools.${index}`, level: 'tools', value: asMap(tool), role: '' };
  for (const [index, block] of blocksOf(body['system']).entries()) {
    if (index === 0 && asText(block['text']).startsWith(BILLING_LINE)) continue;
    yield { place: `system.${index}`, level: 'system', value: block, role: '' };
  }
  for (const [index, message] of asList(body['messages']).entries()) {
    const { role, content } = asMap(message);
    for (const [at, block] of blocksOf(content).entries())
      yield { place: `messages.${index}.content.${at}`, level: 'messages', value: block, role: asText(role) };
  }
}

/** A string is one block of text, wherever content stands: within tool results, too. */
function blocksOf(content: Json | undefined): readonly JsonMap[] {
  if (content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asList(content).map((block) => {
    const map = asMap(block);
    return map['type'] === 'tool_result' ? { ...map, content: blocksOf(map['content']) } : map;
  });
}

function markOf({ place, value }: Found): Ttl | undefined {
  const mark = value['cache_control'];
  if (mark === undefined || mark === null) return undefined;
  if (isThinking(value)) throw new Refusal(`${place}.thinking.cache_control: Extra inputs are not permitted`);
  if (isEmptyText(value)) throw new Refusal(`${place}.text: cache_control cannot be set for empty text blocks`);
  return ttlOf(mark, place);
}

function ttlOf(mark: Json, place: string): Ttl {
  const { type, ttl = '5m' } = asMap(mark);
  if (type !== 'ephemeral' || (ttl !== '5m' && ttl !== '1h'))
    throw new Refusal(`${place}.cache_control: Input should be ephemeral, with a ttl of '5m' or '1h'`);
  return ttl;
}

/** Marks within a tool result count; they end nothing that the result's own end would not. */
function innerMarks(value: JsonMap): number {
  if (value['type'] !== 'tool_result') return 0;
  return asList(value['content']).filter((block) => asMap(block)['cache_control'] !== undefined).length;
}

function isThinking({ type }: JsonMap): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

function isEmptyText({ type, text }: JsonMap): boolean {
  return type === 'text' && text === '';
}

/** `cache_control` of the whole request: on the last block that can hold it, if that has no equal one already. */
function markAutomatically(body: JsonMap, found: readonly Found[], marks: (Ttl | undefined)[], own: number): void {
  const wanted = body['cache_control'];
  if (wanted === undefined || wanted === null) return;
  const ttl = ttlOf(wanted, 'request');
  const last = found.findLastIndex(({ value }) => !isThinking(value) && !isEmptyText(value));
  if (last === -1) return;
  if (marks[last] === ttl) return;
  if (marks[last] !== undefined)
    throw new Refusal(`cache_control: the last block has a ttl of '${marks[last]}', the request one of '${ttl}'`);
  if (own === MOST_MARKS) throw tooMany(own + 1);
  marks[last] = ttl;
}

function tooMany(count: number): Refusal {
  return new Refusal(`A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${count}.`);
}

function refuseOrder(found: readonly Found[], marks: readonly (Ttl | undefined)[]): void {
  const short = marks.indexOf('5m');
  const long = marks.lastIndexOf('1h');
  if (short !== -1 && long > short)
    throw new Refusal(
      `${found[long]!.place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. ` +
        'Note that blocks are processed in the following order: `tools`, `system`, `messages`.',
    );
}

/** What else of a request makes a level, and those behind it, another: the model makes all. */
function saltsOf(body: JsonMap): Readonly<Record<Block['level'], string>> {
  const holds = (type: string): boolean =>
    asList(body['messages']).some((message) =>
      blocksOf(asMap(message)['content']).some((block) => isOrHolds(block, type)),
    );
  const tools = JSON.stringify([body['model']]);
  const system = JSON.stringify([tools, body['speed'] ?? null]);
  const effort = asMap(body['output_config'])['effort'] ?? null;
  const steering = [body['tool_choice'] ?? null, body['thinking'] ?? null, effort, holds('image')];
  return { tools, system, messages: JSON.stringify([system, ...steering]) };
}

function isOrHolds(block: JsonMap, type: string): boolean {
  return block['type'] === type || asList(block['content']).some((inner) => asMap(inner)['type'] === type);
}
