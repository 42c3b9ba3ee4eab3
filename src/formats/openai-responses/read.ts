/**
 * Reads a Responses request: instructions, messages, and what clients' tools gave, item by item. Every item is a turn;
 * items of other kinds are opaque and stay. A shape that nobody promised gives fewer parts, never an error.
 */
import type { Conversation, Part, ToolCall, Turn } from '../../core/conversation.ts';
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { readPreamble } from './align.ts';
import { maxOutputOf, PartList, type PartFacts, type PartPlace, textOf } from '../part-list.ts';
import {
  broughtTools,
  callIdsOf,
  callOf,
  headOf,
  isBehindProvider,
  isCompaction,
  isMessage,
  isOutput,
  isSigned,
  kindOf,
  nameOf,
  roleOf,
  toolNamesIn,
} from './items.ts';

const TEXT_TYPES: ReadonlySet<JsonValue | undefined> = new Set(['input_text', 'output_text', 'text']);
/** The block of parts that stand in the head of their turn. */
const IN_HEAD = -1;
const SIGNED: PartFacts = { isSigned: true };

export function read(document: JsonDocument): Conversation {
  const body = asObject(document.value);
  const reading: Reading = { list: new PartList(), calls: new Map(), hidden: new Set() };
  const { list } = reading;
  if (typeof body['instructions'] === 'string')
    list.add('text', { role: 'system', turn: -1, block: 0, path: ['instructions'] }, body['instructions']);
  const items = asArray(body['input']);
  const turns =
    typeof body['input'] === 'string'
      ? [readMessage({ role: 'user', content: body['input'] }, 0, ['input'], list)]
      : items.map((item, turn) => withId(readItem(item, turn, reading), item));
  const preamble = readPreamble(document);
  const brought = broughtTools(items);
  return {
    format: 'openai-responses',
    model: textOf(body['model']),
    turns,
    parts: list.parts,
    toolNames: [...brought, ...toolNamesIn(body['tools'])],
    tools: asArray(body['tools']),
    ...(brought.length > 0 && { bringsTools: true }),
    ...(onlyWarms(body, turns) && { onlyWarms: true }),
    refusesTools: isHeldElsewhere(body),
    ...(isPresent(body['previous_response_id']) && { continues: textOf(body['previous_response_id']) }),
    keepsResults: !clearsResults(body) && !hidesResults(items, list.parts),
    showsInputs: false,
    ...maxOutputOf(body['max_output_tokens']),
    ...(preamble && { preamble }),
  };
}

/** A connection may be warmed up before there is anything to say. */
function onlyWarms(body: JsonObject, turns: readonly Turn[]): boolean {
  const isFirst = !isPresent(body['previous_response_id']);
  return body['generate'] === false && isFirst && turns.every(({ role }) => role === 'system');
}

/** What the provider adds to a conversation of its own, or answers later, cannot be carried on here. */
function isHeldElsewhere(body: JsonObject): boolean {
  return isPresent(body['conversation']) || body['background'] === true;
}

function withId(turn: Turn, item: JsonValue): Turn {
  const id = textOf(asObject(item)['id']);
  return id === '' ? turn : { ...turn, id };
}

function isPresent(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function clearsResults(body: JsonObject): boolean {
  return body['truncation'] === 'auto' || asArray(body['context_management']).length > 0;
}

function hidesResults(items: readonly JsonValue[], parts: readonly Part[]): boolean {
  const end = items.findLastIndex((item) => isCompaction(asObject(item)['type']));
  return parts.some(({ kind, turn }) => kind === 'tool-result' && turn < end);
}

interface Reading {
  readonly list: PartList;
  /** The calls so far, by id. */
  readonly calls: Map<string, ToolCall>;
  /** Those of them whose outputs are none of a client's for the model. */
  readonly hidden: Set<string>;
}

function readItem(value: JsonValue, turn: number, reading: Reading): Turn {
  if (!isJsonObject(value)) return { role: 'user', head: value, blocks: [] };
  if (isMessage(value)) return readMessage(value, turn, ['input', turn, 'content'], reading.list);
  if (isOutput(value)) return readOutput(value, turn, reading);
  const role = roleOf(value);
  const call = callOf(value);
  for (const id of call ? callIdsOf(value) : []) {
    reading.calls.set(id, call!);
    if (isBehindProvider(value)) reading.hidden.add(id);
  }
  const place: PartPlace = { role, turn, block: IN_HEAD, path: ['input', turn] };
  const isOwn = value['type'] === 'function_call' && call !== undefined && call.id !== '';
  reading.list.add(kindOf(value), place, '', isSigned(value) ? SIGNED : isOwn ? { call } : undefined);
  return { role, head: headOf(value), blocks: [] };
}

/** @param path where its content stands. */
function readMessage(item: JsonObject, turn: number, path: Part['path'], list: PartList): Turn {
  const role = roleOf(item);
  const { content } = item;
  const said = role === 'assistant' ? 'output_text' : 'input_text';
  if (typeof content === 'string') list.add('text', { role, turn, block: 0, path }, content);
  asArray(content).forEach((value, block) => readPiece(value, { role, turn, block, path: [...path, block] }, list));
  return { role, head: headOf(item, 'content'), blocks: blocksOf(content, said) };
}

function readPiece(value: JsonValue, place: PartPlace, list: PartList, facts?: PartFacts): void {
  const { type, text } = asObject(value);
  if (TEXT_TYPES.has(type) && typeof text === 'string') {
    const kind = place.role === 'tool' ? 'tool-result' : 'text';
    list.add(kind, { ...place, path: [...place.path, 'text'] }, text, facts);
  } else {
    list.add(type === 'input_image' ? 'image' : 'opaque', place);
  }
}

/** A string means the same as a lone text: clients send the same item either way from turn to turn. */
function blocksOf(content: JsonValue | undefined, type: string): readonly JsonValue[] {
  if (typeof content === 'string') return [{ type, text: content }];
  if (Array.isArray(content)) return content;
  return content === undefined || content === null ? [] : [content];
}

function readOutput(item: JsonObject, turn: number, { list, calls, hidden }: Reading): Turn {
  const { output } = item;
  const ids = callIdsOf(item);
  const call = ids.map((id) => calls.get(id)).find(Boolean) ?? namedIn(item, ids[0]);
  const role = roleOf(item);
  const place: PartPlace = { role, turn, block: 0, path: ['input', turn, 'output'] };
  const head = headOf(item, 'output');
  const blocks = blocksOf(output, 'input_text');
  if (isBehindProvider(item) || ids.some((id) => hidden.has(id))) {
    if (blocks.length > 0) list.add('opaque', place);
    return { role, head, blocks };
  }
  if (item['type'] === 'shell_call_output')
    return { role, head, blocks: readChunks(asArray(output), { place, call, list }) };
  const known: PartFacts = call ? { call } : ids[0] === undefined ? {} : { answers: ids[0] };
  const facts: PartFacts = { ...known, ...(isFailed(item) && { isError: true }) };
  if (typeof output === 'string') list.add('tool-result', place, output, facts);
  asArray(output).forEach((value, block) =>
    readPiece(value, { ...place, block, path: [...place.path, block] }, list, facts),
  );
  return { role, head, blocks };
}

/** An output may name its tool where the call is held by the provider. */
function namedIn(item: JsonObject, id = ''): ToolCall | undefined {
  const name = nameOf(item);
  return name === '' ? undefined : { id, name, input: null };
}

/** Only patches say so; for the others `status` is how far the provider got. */
function isFailed({ type, status }: JsonObject): boolean {
  return type === 'apply_patch_call_output' && status === 'failed';
}

interface Chunks {
  /** Of the whole output. */
  readonly place: PartPlace;
  readonly call: ToolCall | undefined;
  readonly list: PartList;
}

const STREAMS = ['stdout', 'stderr'] as const;

/**
 * What each command of a shell call printed, and how it ended. Both streams are pieces of their own, after all else of
 * their chunk: what a piece says may depend on what stands before it.
 */
function readChunks(chunks: readonly JsonValue[], { place, call, list }: Chunks): readonly JsonValue[] {
  const blocks: JsonValue[] = [];
  const commands = asArray(asObject(call?.input)['commands']);
  chunks.forEach((value, index) => {
    const path = [...place.path, index];
    if (!isJsonObject(value)) {
      list.add('opaque', { ...place, block: blocks.length, path });
      blocks.push(value);
      return;
    }
    const { stdout: _, stderr: __, ...rest } = value;
    blocks.push(rest);
    const input = chunks.length === commands.length ? { command: commands[index]! } : (call?.input ?? null);
    const failed: PartFacts = hasFailed(asObject(rest['outcome'])) ? { isError: true } : {};
    for (const stream of STREAMS) {
      const text = value[stream];
      if (text === undefined) continue;
      const at: PartPlace = { ...place, block: blocks.length, path: [...path, stream] };
      blocks.push({ [stream]: text });
      const facts: PartFacts = { ...(call && { call: { ...call, input: inputOf(input, stream) } }), ...failed };
      if (typeof text === 'string') list.add('tool-result', at, text, facts);
      else list.add('opaque', at);
    }
  });
  return blocks;
}

/** The call of one stream, so that a reader can tell the two apart. */
function inputOf(input: JsonValue, stream: string): JsonValue {
  return stream === 'stderr' && isJsonObject(input) ? { ...input, stream } : input;
}

function hasFailed({ type, exit_code: code }: JsonObject): boolean {
  return type === 'timeout' || (type === 'exit' && code !== 0);
}
