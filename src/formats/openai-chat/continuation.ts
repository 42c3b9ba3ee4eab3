/** How chat requests are carried on after a hidden call, and how later ones get back what the client never had. */
import type { Continuation, Hop, VisibleTurn } from '../../core/continuation.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { BodySplicer } from '../body-splicer.ts';
import { isEventStream, isJson } from '../content-type.ts';
import { textOf } from '../part-list.ts';
import { messageOf } from './completion.ts';
import { CompletionHops } from './splice-body.ts';
import { CompletionSplicer } from './splice.ts';

export const continuation: Continuation = {
  splice(contentType, hiding) {
    if (isEventStream(contentType)) return new CompletionSplicer(hiding);
    return isJson(contentType) ? new BodySplicer(hiding, new CompletionHops(hiding)) : undefined;
  },

  grows: 'messages',
  extend: (hop) =>
    [messageOf(hop.pieces), ...resultsOf(hop)].map((value) => ({ op: 'append', path: ['messages'], value })),

  nameOf: (hops) => {
    const visible = hops.map(({ pieces, hidden }) => pieces.filter((_, index) => !hidden.includes(index)));
    const calls = visible.flatMap((pieces) => pieces.slice(1));
    return nameOf(calls, visible.map(([message]) => wordsOf(asObject(message ?? null)['content'])).join(''));
  },

  visibleTurns: ({ turns }: Conversation): readonly VisibleTurn[] =>
    turns.flatMap(({ role, head, blocks }, turn) => {
      const words = blocks.map((block) => wordsOf(asObject(block)['text'])).join('');
      const name = role === 'assistant' ? nameOf(asArray(asObject(head)['tool_calls']), words) : undefined;
      return name ? [{ ...name, turn }] : [];
    }),

  restore,
};

function resultsOf({ pieces, hidden, results }: Hop): readonly JsonObject[] {
  return results.map(({ text }, index) => ({
    role: 'tool',
    tool_call_id: textOf(asObject(pieces[hidden[index]!])['id']),
    content: text,
  }));
}

function wordsOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => textOf(asObject(part)['text']))
    .join('');
}

/** By the ids of its calls; a turn that only speaks, by its words. */
function nameOf(calls: readonly JsonValue[], words: string): Omit<VisibleTurn, 'turn'> | undefined {
  const ids = calls.map((call) => textOf(asObject(call)['id']));
  if (ids.length > 0) return { name: `calls ${ids.join(' ')}`, isUnique: true };
  return words.trim() === '' ? undefined : { name: `words ${words.trim()}`, isUnique: false };
}

/** The client has one message for all hops: the earlier ones are put before it, and it keeps what the last one said. */
function restore(turn: number, hops: readonly Hop[], { value }: JsonDocument): readonly JsonEdit[] | undefined {
  const messages = asArray(asObject(value)['messages']);
  const message = asObject(messages[turn]);
  const earlier = hops.slice(0, -1);
  const last = hops.at(-1);
  const said = hops.map(({ pieces }) => wordsOf(asObject(pieces[0] ?? null)['content']));
  if (!last || wordsOf(message['content']).trim() !== said.join('').trim()) return undefined;
  const path = ['messages', turn];
  const before = earlier.flatMap((hop) => [messageOf(hop.pieces), ...resultsOf(hop)]);
  const edits: JsonEdit[] = [];
  if (before.length > 0)
    edits.push({ op: 'before', path, text: before.map((one) => `${JSON.stringify(one)},`).join('') });
  const words = asObject(last.pieces[0] ?? null)['content'] ?? null;
  if (said.slice(0, -1).some((text) => text !== ''))
    edits.push({ op: 'replace', path: [...path, 'content'], value: words });
  const mixed = last.hidden.length > 0 ? putCalls(turn, message, last) : [];
  return mixed && [...edits, ...mixed];
}

/** Our calls go back among those of the client, and their results stand before its own. */
function putCalls(turn: number, message: JsonObject, hop: Hop): readonly JsonEdit[] | undefined {
  const theirs = asArray(message['tool_calls']);
  const edits: JsonEdit[] = [];
  let next = 0;
  let pending = '';
  for (const [index, piece] of hop.pieces.entries()) {
    if (index === 0) continue;
    if (hop.hidden.includes(index)) {
      pending += `${JSON.stringify(piece)},`;
      continue;
    }
    if (asObject(theirs[next] ?? null)['id'] !== asObject(piece)['id']) return undefined;
    if (pending !== '') edits.push({ op: 'before', path: ['messages', turn, 'tool_calls', next], text: pending });
    pending = '';
    next++;
  }
  if (next !== theirs.length || next === 0) return undefined;
  if (pending !== '') {
    const text = `,${pending.slice(0, -1)}`;
    edits.push({ op: 'after', path: ['messages', turn, 'tool_calls', next - 1], text });
  }
  const results = resultsOf(hop).map((result) => `,${JSON.stringify(result)}`);
  return [...edits, { op: 'after', path: ['messages', turn], text: results.join('') }];
}
