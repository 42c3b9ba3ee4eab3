/** What stands before the messages of a Chat Completions request, and how it is aligned. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';
import type { Alignment, Preamble, PreambleText } from '../../core/preamble.ts';
import { CACHE_KEY, isOwnModel, managesCache, textBehind, toolsOf } from '../openai-cache.ts';
import { textOf } from '../part-list.ts';

const SYSTEM_ROLES: ReadonlySet<JsonValue | undefined> = new Set(['system', 'developer']);

/** Undefined for models of which it is not known that they take a postscript at the end. */
export function readPreamble({ text, value }: JsonDocument): Preamble | undefined {
  const body = asObject(value);
  const messages = asArray(body['messages']).map(asObject);
  // Where several answers are asked for at once everything stays.
  const isPlain = (body['n'] ?? 1) === 1 && messages.some(isOfUser);
  if (!isPlain || !isOwnModel(textOf(body['model']))) return undefined;
  return {
    texts: leading(messages).flatMap((message, turn) => textsOf(message, ['messages', turn, 'content'])),
    tools: toolsOf(body),
    get isManaged() {
      return managesCache(body) || text.includes('"cache_control"');
    },
    signsReasoning: false,
    places: [],
    strings: [],
    takesKey: true,
  };
}

function leading(messages: readonly JsonObject[]): readonly JsonObject[] {
  const end = messages.findIndex(({ role }) => !SYSTEM_ROLES.has(role));
  return end === -1 ? messages : messages.slice(0, end);
}

function textsOf({ content }: JsonObject, path: JsonPath): readonly PreambleText[] {
  if (typeof content === 'string') return [{ path, text: content }];
  return asArray(content).flatMap((piece, index) => {
    const { type, text } = asObject(piece);
    return type === 'text' && typeof text === 'string' ? [{ path: [...path, index, 'text'], text }] : [];
  });
}

export function writeAlignment(edit: Alignment, { value }: JsonDocument): readonly JsonEdit[] {
  const { texts, tools, footnote, postscript, key } = edit;
  const messages = asArray(asObject(value)['messages']);
  return [
    ...texts.map(({ path, text }): JsonEdit => ({ op: 'replace', path, value: text })),
    ...tools.map(({ path, value: tool }): JsonEdit => ({ op: 'replace', path, value: tool })),
    ...(footnote === undefined ? [] : [footnoteEdit(messages, footnote)]),
    ...(postscript === undefined ? [] : [postscriptEdit(messages, postscript)]),
    ...(key === undefined ? [] : [{ op: 'set' as const, path: [], key: CACHE_KEY, value: key }]),
  ];
}

/** An answer that the client began stays the last. */
function postscriptEdit(messages: readonly JsonValue[], postscript: string): JsonEdit {
  const message = { role: 'system', content: postscript };
  if (asObject(messages.at(-1))['role'] !== 'assistant') return { op: 'append', path: ['messages'], value: message };
  return { op: 'before', path: ['messages', messages.length - 1], text: `${JSON.stringify(message)},` };
}

function footnoteEdit(messages: readonly JsonValue[], footnote: string): JsonEdit {
  const first = messages.findIndex(isOfUser);
  return textBehind(['messages', first, 'content'], asObject(messages[first])['content'], footnote, 'text');
}

function isOfUser(message: JsonValue): boolean {
  const { role, content } = asObject(message);
  return role === 'user' && (typeof content === 'string' || Array.isArray(content));
}
