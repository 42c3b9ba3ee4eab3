/** What stands before the messages of a Messages API request, and how it is aligned: marks on last blocks, the postscript behind them. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
} from '../../core/json/value.ts';
import type { Alignment, CachePlace, Preamble, PreambleText, PreambleTool } from '../../core/preamble.ts';
import { textOf } from '../part-list.ts';

const MARK: JsonObject = { type: 'ephemeral' };
/** Spelled in a string the quotation marks would be escaped: only a key is written so. */
const MARK_KEY = '"cache_control"';
const SIGNATURES = ['"signature"', '"redacted_thinking"'];

/** Blocks that can carry a mark; an empty text cannot. */
const MARKABLE: ReadonlySet<JsonValue | undefined> = new Set(['text', 'image', 'document', 'tool_result', 'tool_use']);

/** Undefined where notes would have no place. */
export function readPreamble({ text, value }: JsonDocument): Preamble | undefined {
  const body = asObject(value);
  const messages = asArray(body['messages']).map(asObject);
  const ofUser = messages.filter(({ role }) => role === 'user');
  if (!isContent(ofUser.at(0)?.['content']) || !isContent(ofUser.at(-1)?.['content'])) return undefined;
  const { system } = body;
  const tools = asArray(body['tools']);
  const turns = messages.flatMap(({ role, content }, turn) =>
    role === 'user' && isMarkable(lastOf(content)) ? [turn] : [],
  );
  const places: CachePlace[] = [
    ...(isJsonObject(tools.at(-1)) ? ['tools' as const] : []),
    ...(isMarkable(lastOf(system)) ? ['system' as const] : []),
    ...turns,
  ];
  const isString = (place: CachePlace): boolean =>
    typeof (typeof place === 'number' ? messages[place]!['content'] : place === 'system' && system) === 'string';
  return {
    texts: textsOf(body['system']),
    tools: tools.map((tool, index): PreambleTool => {
      return { path: ['tools', index], name: textOf(asObject(tool)['name']), value: tool };
    }),
    // Looked for when asked: the whole text is gone through.
    get isManaged() {
      return text.includes(MARK_KEY);
    },
    get signsReasoning() {
      return isThinking(body, text);
    },
    places,
    strings: places.filter(isString),
    takesKey: false,
  };
}

function isContent(content: JsonValue | undefined): boolean {
  return typeof content === 'string' || Array.isArray(content);
}

/** It is asked for, or there is some in the history. */
function isThinking({ thinking }: JsonObject, text: string): boolean {
  return (isJsonObject(thinking) && thinking['type'] !== 'disabled') || SIGNATURES.some((key) => text.includes(key));
}

function textsOf(system: JsonValue | undefined): readonly PreambleText[] {
  if (typeof system === 'string') return [{ path: ['system'], text: system }];
  return asArray(system).flatMap((block, index) => {
    const { type, text } = asObject(block);
    return type === 'text' && typeof text === 'string' ? [{ path: ['system', index, 'text'], text }] : [];
  });
}

/** A string means the same as a lone text. */
function lastOf(content: JsonValue | undefined): JsonValue | undefined {
  return typeof content === 'string' ? { type: 'text', text: content } : asArray(content).at(-1);
}

function isMarkable(block: JsonValue | undefined): boolean {
  const { type, text } = asObject(block);
  return MARKABLE.has(type) && (type !== 'text' || textOf(text).trim() !== '');
}

export function writeAlignment(edit: Alignment, { value }: JsonDocument): readonly JsonEdit[] {
  const body = asObject(value);
  const messages = asArray(body['messages']);
  const marks = new Set(edit.marks);
  const isOfUser = (message: JsonValue): boolean => asObject(message)['role'] === 'user';
  const [firstOfUser, lastOfUser] = [messages.findIndex(isOfUser), messages.findLastIndex(isOfUser)];
  return [
    ...toolEdits(edit, asArray(body['tools'])),
    ...systemEdits(edit, body['system']),
    ...messages.flatMap((message, turn) => {
      const { role, content } = asObject(message);
      const notes = [
        ...(turn === firstOfUser ? [edit.footnote] : []),
        ...(turn === lastOfUser ? [edit.postscript] : []),
      ].filter((note) => note !== undefined);
      const isOpened = edit.opens && role === 'user' && typeof content === 'string' && content.trim() !== '';
      if (!isOpened && !marks.has(turn) && notes.length === 0) return [];
      return endEdits(content, ['messages', turn, 'content'], marks.has(turn), notes);
    }),
  ];
}

function toolEdits({ tools, marks }: Alignment, sent: readonly JsonValue[]): readonly JsonEdit[] {
  const last = sent.length - 1;
  const isMarked = marks.includes('tools');
  const edits = tools.map(({ path, value }): JsonEdit => {
    const isLast = isMarked && path.at(-1) === last;
    return { op: 'replace', path, value: isLast ? { ...asObject(value), cache_control: MARK } : value };
  });
  if (!isMarked || tools.some(({ path }) => path.at(-1) === last)) return edits;
  return [...edits, mark(['tools', last])];
}

function systemEdits({ texts, marks }: Alignment, system: JsonValue | undefined): readonly JsonEdit[] {
  const isMarked = marks.includes('system');
  if (typeof system === 'string') {
    const text = texts[0]?.text ?? system;
    if (isMarked) return [{ op: 'replace', path: ['system'], value: [{ type: 'text', text, cache_control: MARK }] }];
    return texts.map(({ path }) => ({ op: 'replace', path, value: text }));
  }
  const edits: JsonEdit[] = texts.map(({ path, text }) => ({ op: 'replace', path, value: text }));
  return isMarked ? [...edits, mark(['system', asArray(system).length - 1])] : edits;
}

/** The end of a message's content: marked, and behind the mark the notes. */
function endEdits(
  content: JsonValue | undefined,
  path: JsonPath,
  isMarked: boolean,
  notes: readonly string[],
): readonly JsonEdit[] {
  const added = notes.map((text) => ({ type: 'text', text }));
  if (typeof content === 'string') {
    const block = { type: 'text', text: content, ...(isMarked && { cache_control: MARK }) };
    return [{ op: 'replace', path, value: [block, ...added] }];
  }
  const last = asArray(content).length - 1;
  return [
    ...(isMarked ? [mark([...path, last])] : []),
    ...added.map((value): JsonEdit => ({ op: 'append', path, value })),
  ];
}

function mark(path: JsonPath): JsonEdit {
  return { op: 'set', path, key: 'cache_control', value: MARK };
}
