/** What stands before the messages of a Chat Completions request, and how it is aligned. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';
import type { Alignment, Preamble, PreambleText } from '../../core/preamble.ts';
import { CACHE_KEY, isOwnModel, managesCache, toolsOf } from '../openai-cache.ts';
import { textOf } from '../part-list.ts';

const SYSTEM_ROLES: ReadonlySet<JsonValue | undefined> = new Set(['system', 'developer']);

/** Undefined for models of which it is not known that they take a postscript at the end. */
export function readPreamble({ text, value }: JsonDocument): Preamble | undefined {
  const body = asObject(value);
  const messages = asArray(body['messages']).map(asObject);
  const end = messages.at(-1);
  // Where several answers are asked for at once everything stays.
  const isPlain = end !== undefined && end['role'] !== 'assistant' && (body['n'] ?? 1) === 1;
  if (!isPlain || !isOwnModel(textOf(body['model']))) return undefined;
  return {
    texts: leading(messages).flatMap((message, turn) => textsOf(message, ['messages', turn, 'content'])),
    tools: toolsOf(body),
    isManaged: managesCache(body) || text.includes('"cache_control"'),
    signsReasoning: false,
    places: [],
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

export function writeAlignment(
  { texts, tools, postscript, key }: Alignment,
  { value }: JsonDocument,
): readonly JsonEdit[] {
  return [
    ...texts.map(({ path, text }): JsonEdit => ({ op: 'replace', path, value: text })),
    ...tools.map(({ path, value: tool }): JsonEdit => ({ op: 'replace', path, value: tool })),
    ...(postscript === undefined ? [] : postscriptEdits(asArray(asObject(value)['messages']), postscript)),
    ...(key === undefined ? [] : [{ op: 'set' as const, path: [], key: CACHE_KEY, value: key }]),
  ];
}

/** A result may be rewritten itself, so what follows it is a message of its own. */
function postscriptEdits(messages: readonly JsonValue[], postscript: string): readonly JsonEdit[] {
  const last = messages.length - 1;
  const { role, content } = asObject(messages[last]);
  const path: JsonPath = ['messages', last, 'content'];
  if (role === 'user' && typeof content === 'string')
    return [{ op: 'replace', path, value: `${content}\n\n${postscript}` }];
  if (role === 'user' && Array.isArray(content))
    return [{ op: 'append', path, value: { type: 'text', text: postscript } }];
  return [{ op: 'append', path: ['messages'], value: { role: 'system', content: postscript } }];
}
