/** What stands before the items of a Responses request, and how it is aligned. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';
import type { Alignment, Preamble, PreambleText } from '../../core/preamble.ts';
import { CACHE_KEY, isOwnModel, managesCache, textBehind, toolsOf } from '../openai-cache.ts';
import { textOf } from '../part-list.ts';
import { isMessage, roleOf } from './items.ts';

const ENCRYPTED = 'reasoning.encrypted_content';

/** Undefined where the provider holds what stands before, or nothing is known of the model's ways. */
export function readPreamble({ value }: JsonDocument): Preamble | undefined {
  const body = asObject(value);
  const isHeld = [body['previous_response_id'], body['conversation']].some((id) => id !== undefined && id !== null);
  const { instructions, input } = body;
  const isPlain = typeof input === 'string' || asArray(input).some(isOfUser);
  if (!isPlain || isHeld || !isOwnModel(textOf(body['model']))) return undefined;
  const own: PreambleText[] = typeof instructions === 'string' ? [{ path: ['instructions'], text: instructions }] : [];
  return {
    texts: [...own, ...leading(asArray(input)).flatMap(textsOf)],
    tools: toolsOf(body),
    isManaged: managesCache(body),
    signsReasoning: asArray(body['include']).includes(ENCRYPTED),
    places: [],
    strings: [],
    takesKey: true,
  };
}

function leading(items: readonly JsonValue[]): readonly JsonObject[] {
  const all = items.map(asObject);
  const end = all.findIndex((item) => !isMessage(item) || roleOf(item) !== 'system');
  return end === -1 ? all : all.slice(0, end);
}

function textsOf({ content }: JsonObject, turn: number): readonly PreambleText[] {
  const path: JsonPath = ['input', turn, 'content'];
  if (typeof content === 'string') return [{ path, text: content }];
  return asArray(content).flatMap((piece, index) => {
    const { type, text } = asObject(piece);
    return type === 'input_text' && typeof text === 'string' ? [{ path: [...path, index, 'text'], text }] : [];
  });
}

export function writeAlignment(edit: Alignment, { value }: JsonDocument): readonly JsonEdit[] {
  const { texts, tools, footnote, postscript, key } = edit;
  const { input } = asObject(value);
  return [
    ...texts.map(({ path, text }): JsonEdit => ({ op: 'replace', path, value: text })),
    ...tools.map(({ path, value: tool }): JsonEdit => ({ op: 'replace', path, value: tool })),
    ...noteEdits(input, footnote, postscript),
    ...(key === undefined ? [] : [{ op: 'set' as const, path: [], key: CACHE_KEY, value: key }]),
  ];
}

function noteEdits(input: JsonValue | undefined, footnote = '', postscript = ''): readonly JsonEdit[] {
  const last = { role: 'developer', content: postscript };
  if (typeof input === 'string') {
    const said = footnote === '' ? input : `${input}\n\n${footnote}`;
    const items = postscript === '' ? said : [{ role: 'user', content: said }, last];
    return items === input ? [] : [{ op: 'replace', path: ['input'], value: items }];
  }
  return [
    ...(footnote === '' ? [] : [footnoteEdit(asArray(input), footnote)]),
    ...(postscript === '' ? [] : [{ op: 'append' as const, path: ['input'], value: last }]),
  ];
}

function footnoteEdit(items: readonly JsonValue[], footnote: string): JsonEdit {
  const first = items.findIndex(isOfUser);
  return textBehind(['input', first, 'content'], asObject(items[first])['content'], footnote, 'input_text');
}

function isOfUser(item: JsonValue): boolean {
  const { content } = asObject(item);
  const isSaid = typeof content === 'string' || Array.isArray(content);
  return isSaid && isMessage(asObject(item)) && roleOf(asObject(item)) === 'user';
}
