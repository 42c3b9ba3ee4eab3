/**
 * Reads a Messages API request: only text and the texts of tool results are parts that say something, every other block
 * is opaque. A shape that nobody promised gives fewer parts, never an error.
 */
import type { Conversation, PartKind, Role, ToolCall, Turn } from '../../core/conversation.ts';
import type { JsonDocument } from '../../core/json/document.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { readPreamble } from './align.ts';
import { windowIn } from './window.ts';
import { blocksOf, maxOutputOf, PartList, type PartFacts, type PartPlace, textOf } from '../part-list.ts';

const ROLES: ReadonlyMap<JsonValue | undefined, Role> = new Map([
  ['assistant', 'assistant'],
  ['system', 'system'],
]);
const KINDS: ReadonlyMap<JsonValue | undefined, PartKind> = new Map([
  ['tool_use', 'tool-call'],
  ['image', 'image'],
  ['thinking', 'reasoning'],
]);
const SIGNED: PartFacts = { isSigned: true };

export function read(document: JsonDocument): Conversation {
  const body = asObject(document.value);
  const reading: Reading = { list: new PartList(), calls: new Map(), byProgram: new Set() };
  readSystem(body['system'], reading.list);
  const turns = asArray(body['messages']).map((message, turn) => readMessage(message, turn, reading));
  const names = asArray(body['tools']).map((tool) => textOf(asObject(tool)['name']));
  const preamble = readPreamble(document);
  return {
    format: 'anthropic-messages',
    model: textOf(body['model']),
    turns,
    parts: reading.list.parts,
    toolNames: names.filter((name) => name !== ''),
    tools: asArray(body['tools']),
    refusesTools: isServerHeld(body),
    keepsResults: !asArray(asObject(body['context_management'])['edits']).some(clearsResults),
    showsInputs: true,
    ...maxOutputOf(body['max_tokens']),
    ...windowIn(body),
    ...(preamble && { preamble }),
  };
}

/**
 * A thread shows only its end, and goes on from the message that its client saw, whatever came after it in an exchange
 * of ours; a credit token is bound to the body as it came.
 */
function isServerHeld(body: JsonObject): boolean {
  return isJsonObject(body['thread']) || body['fallback_credit_token'] !== undefined;
}

function clearsResults(edit: JsonValue): boolean {
  return textOf(asObject(edit)['type']).startsWith('clear_tool_uses');
}

interface Reading {
  readonly list: PartList;
  /** The tool calls so far, by id. */
  readonly calls: Map<string, ToolCall>;
  /** Calls that a program of the provider made: it reads their results, not the model. */
  readonly byProgram: Set<string>;
}

function readSystem(system: JsonValue | undefined, list: PartList): void {
  if (typeof system === 'string') {
    list.add('text', { role: 'system', turn: -1, block: 0, path: ['system'] }, system);
    return;
  }
  asArray(system).forEach((value, block) => {
    const { type, text } = asObject(value);
    const isText = type === 'text' && typeof text === 'string';
    const path = isText ? ['system', block, 'text'] : ['system', block];
    list.add(isText ? 'text' : 'opaque', { role: 'system', turn: -1, block, path }, isText ? text : '');
  });
}

function readMessage(message: JsonValue, turn: number, reading: Reading): Turn {
  if (!isJsonObject(message)) return { role: 'user', head: message, blocks: [] };
  const { content, ...head } = message;
  const role = ROLES.get(head['role']) ?? 'user';
  if (typeof content === 'string') {
    reading.list.add('text', { role, turn, block: 0, path: ['messages', turn, 'content'] }, content);
  } else {
    asArray(content).forEach((value, block) =>
      readBlock(asObject(value), { role, turn, block, path: ['messages', turn, 'content', block] }, reading),
    );
  }
  return { role, head: head as JsonObject, blocks: blocksOf(content) };
}

function readBlock(block: JsonObject, place: PartPlace, reading: Reading): void {
  const { list, calls, byProgram } = reading;
  const type = block['type'];
  const text = block['text'];
  if (type === 'text' && typeof text === 'string') {
    list.add('text', { ...place, path: [...place.path, 'text'] }, text);
  } else if (type === 'tool_result') {
    readResult(block, place, reading);
  } else {
    const id = type === 'tool_use' ? textOf(block['id']) : '';
    const call = { id, name: textOf(block['name']), input: block['input'] ?? null };
    list.add(KINDS.get(type) ?? 'opaque', place, '', isSigned(block) ? SIGNED : id === '' ? undefined : { call });
    if (id !== '') {
      calls.set(id, call);
      const caller = textOf(asObject(block['caller'])['type']);
      if (caller !== '' && caller !== 'direct') byProgram.add(id);
    }
  }
}

function readResult(block: JsonObject, place: PartPlace, { list, calls, byProgram }: Reading): void {
  const id = textOf(block['tool_use_id']);
  const call = calls.get(id);
  if (byProgram.has(id)) return list.add('opaque', place);
  const facts: PartFacts = { ...(call && { call }), ...(block['is_error'] === true && { isError: true }) };
  const content = block['content'];
  const at: PartPlace = { ...place, role: 'tool', path: [...place.path, 'content'] };
  if (typeof content === 'string') {
    list.add('tool-result', at, content, facts);
    return;
  }
  asArray(content).forEach((inner, index) => {
    const { type, text } = asObject(inner);
    if (type === 'text' && typeof text === 'string') {
      list.add('tool-result', { ...at, path: [...at.path, index, 'text'] }, text, facts);
    } else {
      list.add('opaque', { ...at, path: [...at.path, index] });
    }
  });
}

function isSigned({ type, signature }: JsonObject): boolean {
  return type === 'redacted_thinking' || (type === 'thinking' && textOf(signature) !== '');
}
