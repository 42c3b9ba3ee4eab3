/** How Messages requests are carried on after a hidden call, and how later ones get back what the client never had. */
import type { Continuation, Hop, TurnName, VisibleTurn } from '../../core/continuation.ts';
import type { Conversation, Part } from '../../core/conversation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { BodySplicer } from '../body-splicer.ts';
import { isEventStream, isJson } from '../content-type.ts';
import { textOf } from '../part-list.ts';
import { MessageHops } from './splice-body.ts';
import { MessageSplicer } from './splice.ts';

export const continuation: Continuation = {
  splice(contentType, hiding) {
    if (isEventStream(contentType)) return new MessageSplicer(hiding);
    return isJson(contentType) ? new BodySplicer(hiding, new MessageHops(hiding)) : undefined;
  },

  grows: 'messages',
  extend: (hop) => [
    { op: 'append', path: ['messages'], value: assistant(hop.pieces) },
    { op: 'append', path: ['messages'], value: user(resultsOf(hop)) },
  ],

  nameOf: (hops) => namesOf(hops.flatMap(visibleOf))[0],
  otherNames: (hops) => namesOf(hops.flatMap(visibleOf)).slice(1),

  visibleTurns: ({ turns }: Conversation): readonly VisibleTurn[] =>
    turns.flatMap(({ role, blocks }, turn) =>
      role === 'assistant' ? namesOf(blocks).map((name) => ({ ...name, turn })) : [],
    ),

  restore,

  isMismatch: (status, body) =>
    status === 400 && /`thinking` block/.test(body) && body.includes('bound to a different conversation'),

  leaveOut,
};

function leaveOut(parts: readonly Part[], { value }: JsonDocument): readonly JsonEdit[] {
  const messages = asArray(asObject(value)['messages']);
  const byTurn = Map.groupBy(parts, ({ turn }) => turn);
  return [...byTurn].flatMap(([turn, blocks]): JsonEdit[] => {
    const isAll = asArray(asObject(messages[turn])['content']).length === blocks.length;
    return isAll
      ? [{ op: 'remove', path: ['messages', turn] }]
      : blocks.map(({ path }): JsonEdit => ({ op: 'remove', path }));
  });
}

const assistant = (content: readonly JsonValue[]): JsonObject => ({ role: 'assistant', content });
const user = (content: readonly JsonValue[]): JsonObject => ({ role: 'user', content });

function resultsOf({ pieces, hidden, results }: Hop): readonly JsonObject[] {
  return results.map(({ text, isError }, index) => ({
    type: 'tool_result',
    tool_use_id: textOf(asObject(pieces[hidden[index]!])['id']),
    content: text,
    ...(isError && { is_error: true }),
  }));
}

function visibleOf({ pieces, hidden }: Hop): readonly JsonValue[] {
  return pieces.filter((_, index) => !hidden.includes(index));
}

/**
 * By the ids of its calls. A turn that only speaks, by the signatures of its thinking, because the same words may be said
 * again in answer to the same request; and by its words, because clients drop thinking.
 */
function namesOf(blocks: readonly JsonValue[]): readonly TurnName[] {
  const read = blocks.map(asObject);
  const ids = read.filter(({ type }) => type === 'tool_use').map(({ id }) => textOf(id));
  if (ids.length > 0) return [{ name: `calls ${ids.join(' ')}`, isUnique: true }];
  const signed = read.map(({ type, signature, data }) => textOf(type === 'thinking' ? signature : data));
  const signatures = signed.filter((text) => text !== '').join(' ');
  const words = wordsOf(read);
  return [
    ...(signatures === '' ? [] : [{ name: `signed ${signatures}`, isUnique: true }]),
    ...(words === '' ? [] : [{ name: `words ${words}`, isUnique: false }]),
  ];
}

function wordsOf(blocks: readonly JsonObject[]): string {
  return blocks
    .map(({ text }) => textOf(text).trim())
    .filter((text) => text !== '')
    .join('\n');
}

function restore(turn: number, hops: readonly Hop[], { value }: JsonDocument): readonly JsonEdit[] | undefined {
  const messages = asArray(asObject(value)['messages']);
  const message = asObject(messages[turn]);
  const place: Place = { turn, content: message['content'] ?? null };
  const last = hops.at(-1);
  if (!last) return undefined;
  // The client's message can be cut in two where its role comes first and its content last.
  if (Object.keys(message).join(' ') !== 'role content') return undefined;
  const whole = Array.isArray(place.content) ? cut(place, hops) : rebuilt(place, hops);
  // A mixed last hop was not answered yet: its results stand with those of the client, before them.
  const answered = last.hidden.length === 0 ? [] : answer(turn + 1, asObject(messages[turn + 1]), last);
  return whole && answered && [...whole, ...answered];
}

interface Place {
  readonly turn: number;
  readonly content: JsonValue;
}

/** The client keeps the words alone: where they are the same, the turn stands as it was made. */
function rebuilt({ turn, content }: Place, hops: readonly Hop[]): readonly JsonEdit[] | undefined {
  const visible = hops.flatMap(visibleOf).map(asObject);
  const words = wordsOf(visible).replaceAll(/\s/g, '');
  if (words === '' || words !== textOf(content).replaceAll(/\s/g, '')) return undefined;
  if (visible.some(({ type }) => type === 'tool_use')) return undefined;
  const messages = hops.flatMap((hop, index) =>
    index < hops.length - 1 ? [assistant(hop.pieces), user(resultsOf(hop))] : [assistant(hop.pieces)],
  );
  const [first, ...others] = messages;
  const edits: JsonEdit[] = [{ op: 'replace', path: ['messages', turn], value: first! }];
  if (others.length > 0) edits.push({ op: 'after', path: ['messages', turn], text: others.map(raw).join('') });
  return edits;
}

/** The client's own blocks stay as they stand; what it never had is put between them. */
function cut({ turn, content }: Place, hops: readonly Hop[]): readonly JsonEdit[] | undefined {
  const theirs = asArray(content).map(asObject);
  const isThinking = ({ type }: JsonObject): boolean => type === 'thinking' || type === 'redacted_thinking';
  const dropsThinking = !theirs.some(isThinking);
  const edits: JsonEdit[] = [];
  let next = 0;
  /** JSON of hidden blocks and of turns that stand before the client's next block. */
  let pending = '';
  for (const [number, hop] of hops.entries()) {
    for (const [index, piece] of hop.pieces.entries()) {
      const block = asObject(piece);
      if (dropsThinking && isThinking(block)) continue;
      if (hop.hidden.includes(index)) {
        pending += `${pending.endsWith('[') ? '' : ','}${JSON.stringify(piece)}`;
      } else {
        if (!isSame(theirs[next], block)) return undefined;
        const comma = pending === '' || pending.endsWith('[') ? '' : ',';
        if (pending !== '') edits.push(putBefore(turn, next, pending + comma));
        pending = '';
        next++;
      }
    }
    if (number < hops.length - 1) pending += `]}${raw(user(resultsOf(hop)))}${NEXT_TURN}`;
  }
  if (next !== theirs.length) return undefined;
  const end = pending === '' ? undefined : putLast(turn, next, pending);
  return pending === '' ? edits : end && [...edits, end];
}

const NEXT_TURN = ',{"role":"assistant","content":[';

const raw = (value: JsonValue): string => `,${JSON.stringify(value)}`;

function putBefore(turn: number, block: number, text: string): JsonEdit {
  const path = ['messages', turn, 'content', block];
  // Before the first block stands no comma.
  return block === 0 ? { op: 'before', path, text: text.replace(/^,/, '') } : { op: 'between', path, text };
}

/** After the client's last block; a turn in which nothing would stand is not begun, and the brackets of the client's close the one before. */
function putLast(turn: number, blocks: number, text: string): JsonEdit | undefined {
  if (blocks === 0) return undefined;
  const path = ['messages', turn, 'content', blocks - 1];
  const isEmpty = text.endsWith(NEXT_TURN);
  return { op: 'after', path, text: isEmpty ? text.slice(0, -`]}${NEXT_TURN}`.length) : text };
}

function isSame(theirs: JsonObject | undefined, ours: JsonObject): boolean {
  if (!theirs || theirs['type'] !== ours['type']) return false;
  return theirs['type'] !== 'tool_use' || theirs['id'] === ours['id'];
}

/** Our answers stand before whatever the client answers; without a turn of its own to stand in there is no way. */
function answer(turn: number, message: JsonObject, hop: Hop): readonly JsonEdit[] | undefined {
  const content = message['content'];
  if (message['role'] !== 'user' || !Array.isArray(content) || content.length === 0) return undefined;
  const text = resultsOf(hop)
    .map((result) => `${JSON.stringify(result)},`)
    .join('');
  return [{ op: 'before', path: ['messages', turn, 'content', 0], text }];
}
