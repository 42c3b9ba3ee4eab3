/**
 * Reads a Chat Completions request: texts, and the results of tools and of legacy functions. What stands beside a
 * message's content (tool calls, reasoning) belongs to its turn's head. A shape that nobody promised gives fewer parts.
 */
import type { Conversation, PartKind, Role, ToolCall, Turn } from '../../core/conversation.ts';
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { readPreamble } from './align.ts';
import { asOpaque, blocksOf, maxOutputOf, PartList, type PartFacts, type PartPlace, textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';

const ROLES: ReadonlyMap<JsonValue | undefined, Role> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
]);
/** Fields in which gateways hand a model's signed reasoning back and forth. */
const REASONING_LISTS = ['reasoning_details', 'thinking_blocks'] as const;
/** The block of parts that stand in the head of their turn. */
const IN_HEAD = -1;
const SIGNED: PartFacts = { isSigned: true };

export function read(document: JsonDocument): Conversation {
  const body = asObject(document.value);
  const reading: Reading = { list: new PartList(), calls: new Map(), functionCalls: new Map() };
  const turns = asArray(body['messages']).map((message, turn) => readMessage(message, turn, reading));
  const { parts } = reading.list;
  const hasSeveralAnswers = typeof body['n'] === 'number' && body['n'] > 1;
  const preamble = readPreamble(document);
  return {
    format: 'openai-chat',
    model: textOf(body['model']),
    turns,
    // Several answers at once cannot be carried on for the client, so such a request stays as it is.
    parts: hasSeveralAnswers ? parts.map(asOpaque) : parts,
    toolNames: toolNames(body),
    tools: [...asArray(body['tools']), ...asArray(body['functions'])],
    // Legacy functions have no ids, and several answers cannot be carried on at once.
    refusesTools: hasSeveralAnswers || Array.isArray(body['functions']),
    keepsResults: true,
    showsInputs: false,
    ...maxOutputOf(body['max_completion_tokens'] ?? body['max_tokens']),
    ...(preamble && { preamble }),
  };
}

interface Reading {
  readonly list: PartList;
  /** The tool calls so far, by id. */
  readonly calls: Map<string, ToolCall>;
  /** The legacy function calls so far, the last of each name. */
  readonly functionCalls: Map<string, ToolCall>;
}

function readMessage(message: JsonValue, turn: number, reading: Reading): Turn {
  if (!isJsonObject(message)) return { role: 'user', head: message, blocks: [] };
  const { content, ...rest } = message;
  const head: JsonObject = rest;
  const role = ROLES.get(head['role']) ?? 'user';
  const facts = role === 'tool' ? resultFacts(head, reading) : undefined;
  const kind = role === 'tool' ? 'tool-result' : 'text';
  if (typeof content === 'string') {
    reading.list.add(kind, { role, turn, block: 0, path: ['messages', turn, 'content'] }, content, facts);
  } else {
    asArray(content).forEach((value, block) => {
      const { type, text } = asObject(value);
      const place: PartPlace = { role, turn, block, path: ['messages', turn, 'content', block] };
      if (type === 'text' && typeof text === 'string') {
        reading.list.add(kind, { ...place, path: [...place.path, 'text'] }, text, facts);
      } else {
        reading.list.add(type === 'image_url' ? 'image' : 'opaque', place);
      }
    });
  }
  if (role === 'assistant') readHead(head, turn, reading);
  return { role, head, blocks: blocksOf(content) };
}

function resultFacts(head: JsonObject, { calls, functionCalls }: Reading): PartFacts | undefined {
  const call =
    head['role'] === 'tool' ? calls.get(textOf(head['tool_call_id'])) : functionCalls.get(textOf(head['name']));
  return call && { call };
}

function readHead(head: JsonObject, turn: number, { list, calls, functionCalls }: Reading): void {
  const add = (kind: PartKind, field: readonly (string | number)[], facts?: PartFacts): void =>
    list.add(kind, { role: 'assistant', turn, block: IN_HEAD, path: ['messages', turn, ...field] }, '', facts);
  for (const field of REASONING_LISTS) {
    asArray(head[field]).forEach((item, index) => {
      const { signature, data } = asObject(item);
      add('reasoning', [field, index], textOf(signature) || textOf(data) ? SIGNED : undefined);
    });
  }
  asArray(head['tool_calls']).forEach((value, index) => {
    const call = asObject(value);
    const id = textOf(call['id']);
    const made = id === '' ? undefined : toolCall(id, definitionOf(call));
    add('tool-call', ['tool_calls', index], isSigned(call) ? SIGNED : made && { call: made });
    if (made) calls.set(id, made);
  });
  if (isJsonObject(head['function_call'])) {
    add('tool-call', ['function_call']);
    const call = toolCall('', head['function_call']);
    functionCalls.set(call.name, call);
  }
}

/** Arguments are JSON in a string, written by a model: what does not parse stays a string, as a custom input does. */
function toolCall(id: string, { name, arguments: json, input }: JsonObject): ToolCall {
  const given = typeof json === 'string' ? (parseJson(json) ?? json) : json;
  return { id, name: textOf(name), input: given ?? input ?? null };
}

/** The part of a tool or a call that is named after its type. */
function definitionOf(value: JsonObject): JsonObject {
  return isJsonObject(value['custom']) ? value['custom'] : asObject(value['function']);
}

function isSigned(call: JsonObject): boolean {
  return textOf(asObject(asObject(call['extra_content'])['google'])['thought_signature']) !== '';
}

function toolNames(body: JsonObject): readonly string[] {
  const tools = asArray(body['tools']).map((value) => textOf(definitionOf(asObject(value))['name']));
  const functions = asArray(body['functions']).map((value) => textOf(asObject(value)['name']));
  return [...tools, ...functions].filter((name) => name !== '');
}
