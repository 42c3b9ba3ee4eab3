/**
 * Reads a Gemini request: only text and the texts of function responses are parts that say something, every other part
 * is opaque. A shape that nobody promised gives fewer parts, never an error.
 */
import type { Conversation, Turn } from '../../core/conversation.ts';
import type { JsonDocument } from '../../core/json/document.ts';
import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../core/json/value.ts';
import { asOpaque, maxOutputOf, PartList, type PartFacts, type PartPlace, textOf } from '../part-list.ts';
import { readPreamble } from './align.ts';
import { Calls } from './calls.ts';
import {
  FUNCTION_CALL,
  FUNCTION_DECLARATIONS,
  FUNCTION_RESPONSE,
  fieldOf,
  hasCachedContent,
  itemsOf,
  keyIn,
  requestIn,
  type Spellings,
  spellings,
  THOUGHT_SIGNATURE,
} from './request.ts';

const SYSTEM_INSTRUCTION = spellings('systemInstruction');
const GENERATION_CONFIG = spellings('generationConfig');
const MAX_OUTPUT = spellings('maxOutputTokens');
const CANDIDATE_COUNT = spellings('candidateCount');
const MIME_TYPE = spellings('mimeType');
const FILES: readonly Spellings[] = [spellings('inlineData'), spellings('fileData')];

/** What clients send for want of a signature, bare or in base64: such a history may never have been sent before. */
const STAND_INS: ReadonlySet<string> = new Set(
  ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'].flatMap((text) => [text, btoa(text)]),
);
const SIGNED: PartFacts = { isSigned: true };

export function read(document: JsonDocument): Conversation {
  const { path, value: request } = requestIn(document.value);
  const reading: Reading = { list: new PartList(), calls: new Calls() };
  readSystem(request, path, reading.list);
  const turns = asArray(request['contents']).map((content, turn) =>
    readContent(content, { turn, path: [...path, 'contents', turn] }, reading),
  );
  const { parts } = reading.list;
  const hasSeveralAnswers = answersOf(request) > 1;
  const preamble = readPreamble(document);
  return {
    format: 'gemini',
    model: modelOf(request) || modelOf(asObject(document.value)),
    turns,
    // Several answers at once cannot be carried on for the client, so such a request stays as it is.
    parts: hasSeveralAnswers ? parts.map(asOpaque) : parts,
    toolNames: toolNames(request),
    tools: asArray(request['tools']),
    ...((hasSeveralAnswers || hasCachedContent(request)) && { refusesTools: true }),
    keepsResults: true,
    showsInputs: true,
    ...maxOutputOf(fieldOf(asObject(fieldOf(request, GENERATION_CONFIG)), MAX_OUTPUT)),
    ...(preamble && !hasSeveralAnswers && { preamble }),
  };
}

interface Reading {
  readonly list: PartList;
  readonly calls: Calls;
}

/** Most requests say their model in the path only. */
function modelOf({ model }: JsonObject): string {
  return textOf(model).replace(/^models\//, '');
}

function answersOf(request: JsonObject): number {
  const count = fieldOf(asObject(fieldOf(request, GENERATION_CONFIG)), CANDIDATE_COUNT);
  return typeof count === 'number' ? count : 1;
}

function readSystem(request: JsonObject, path: JsonPath, list: PartList): void {
  const key = keyIn(request, SYSTEM_INSTRUCTION);
  const system = request[key];
  if (typeof system === 'string') {
    list.add('text', { role: 'system', turn: -1, block: 0, path: [...path, key] }, system);
    return;
  }
  itemsOf(asObject(system)['parts'], [...path, key, 'parts']).forEach(([value, at], block) => {
    const text = asObject(value)['text'];
    const place: PartPlace = { role: 'system', turn: -1, block, path: at };
    if (typeof text === 'string') list.add('text', { ...place, path: [...at, 'text'] }, text);
    else list.add('opaque', place);
  });
}

function readContent(content: JsonValue, at: Pick<PartPlace, 'turn' | 'path'>, reading: Reading): Turn {
  if (!isJsonObject(content)) return { role: 'user', head: content, blocks: [] };
  const { parts, ...rest } = content;
  const head: JsonObject = rest;
  const role = head['role'] === 'model' ? 'assistant' : 'user';
  reading.calls.startTurn(role);
  const pieces = itemsOf(parts, [...at.path, 'parts']);
  pieces.forEach(([value, path], block) => readPart(asObject(value), { role, turn: at.turn, block, path }, reading));
  return { role, head, blocks: pieces.map(([value]) => value) };
}

function readPart(part: JsonObject, place: PartPlace, reading: Reading): void {
  const { list, calls } = reading;
  const facts = isSigned(part) ? SIGNED : undefined;
  const text = part['text'];
  const call = fieldOf(part, FUNCTION_CALL);
  const key = keyIn(part, FUNCTION_RESPONSE);
  const response = part[key];
  if (typeof text === 'string') {
    if (part['thought'] === true) list.add('reasoning', place, '', facts);
    else list.add('text', { ...place, path: [...place.path, 'text'] }, text, facts);
  } else if (isJsonObject(call)) {
    list.add('tool-call', place, '', facts);
    calls.add(call);
  } else if (isJsonObject(response)) {
    readResult(response, { ...place, role: 'tool', path: [...place.path, key] }, reading);
  } else {
    list.add(isImage(part) ? 'image' : 'opaque', place, '', facts);
  }
}

function isSigned(part: JsonObject): boolean {
  const signature = textOf(fieldOf(part, THOUGHT_SIGNATURE));
  return signature !== '' && !STAND_INS.has(signature);
}

function isImage(part: JsonObject): boolean {
  return FILES.some((names) => textOf(fieldOf(asObject(fieldOf(part, names)), MIME_TYPE)).startsWith('image/'));
}

/**
 * A response is an object of the client's own making: the strings that it holds are texts, and so are those of an MCP
 * result, which some clients hand on whole. Whatever else stands there is data whose type nobody may change.
 */
function readResult(result: JsonObject, place: PartPlace, { list, calls }: Reading): void {
  const call = calls.answeredBy(result);
  const response = asObject(result['response']);
  const facts: PartFacts = { ...(call && { call }), ...(hasFailed(response) && { isError: true }) };
  const before = list.parts.length;
  const addText = (text: string, path: JsonPath): void =>
    list.add('tool-result', { ...place, path: [...place.path, 'response', ...path] }, text, facts);
  for (const [key, value] of Object.entries(response)) {
    // Some clients say the function's name once more.
    if (key === 'name' && value === result['name']) continue;
    if (typeof value === 'string') addText(value, [key]);
    else if (key === 'content') mcpTexts(value, [key], addText);
    else if (key === 'error') mcpTexts(asObject(value)['content'], [key, 'content'], addText);
  }
  asArray(result['parts']).forEach((part, index) => {
    list.add(isImage(asObject(part)) ? 'image' : 'opaque', { ...place, path: [...place.path, 'parts', index] });
  });
  if (list.parts.length === before) list.add('opaque', place);
}

function mcpTexts(content: JsonValue | undefined, path: JsonPath, add: (text: string, path: JsonPath) => void): void {
  asArray(content).forEach((block, index) => {
    const { type, text } = asObject(block);
    if (type === 'text' && typeof text === 'string') add(text, [...path, index, 'text']);
  });
}

function hasFailed({ error, isError }: JsonObject): boolean {
  return isError === true || (error !== undefined && error !== null && error !== false && error !== '');
}

function toolNames(request: JsonObject): readonly string[] {
  const declared = asArray(request['tools']).flatMap((tool) => asArray(fieldOf(asObject(tool), FUNCTION_DECLARATIONS)));
  return declared.map((one) => textOf(asObject(one)['name'])).filter((name) => name !== '');
}
