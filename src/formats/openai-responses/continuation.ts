/** How Responses requests are carried on after a hidden call, and how later ones get back what the client never had. */
import type { Continuation, Hop, TurnName, VisibleTurn } from '../../core/continuation.ts';
import type { Conversation, Turn } from '../../core/conversation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { BodySplicer } from '../body-splicer.ts';
import { isEventStream, isJson } from '../content-type.ts';
import { textOf } from '../part-list.ts';
import { isMessage, isOutput } from './items.ts';
import { waitsForClient } from './output.ts';
import { inputItems, resultsOf, visibleOf, wordsOf } from './hop-items.ts';
import { restore } from './restore.ts';
import { ResponseHops } from './splice-body.ts';
import { ResponseStreamSplicer } from './splice.ts';

export const continuation: Continuation = {
  splice(contentType, hiding) {
    if (isEventStream(contentType)) return new ResponseStreamSplicer(hiding);
    return isJson(contentType) ? new BodySplicer(hiding, new ResponseHops(hiding)) : undefined;
  },
  extend,
  nameOf: (hops) => nameOf(visibleOf(hops)),
  otherNames: (hops) => visibleOf(hops).flatMap(nameById),
  visibleTurns,
  restore,
  goOn,
};

/** What is said again, and the answers. */
function extend(hop: Hop, { value }: JsonDocument): readonly JsonEdit[] {
  const body = asObject(value);
  const isKept = body['store'] !== false;
  const items = inputItems(hop.pieces.map(asObject), isKept);
  return appended(body, [...items, ...resultsOf(hop)]);
}

function appended({ input }: JsonObject, items: readonly JsonObject[]): readonly JsonEdit[] {
  if (Array.isArray(input)) return items.map((value) => ({ op: 'append', path: ['input'], value }));
  const asked = typeof input === 'string' ? [{ role: 'user', content: input }] : [];
  return input === undefined
    ? [{ op: 'set', path: [], key: 'input', value: [...asked, ...items] }]
    : [{ op: 'replace', path: ['input'], value: [...asked, ...items] }];
}

/** A request that names the answer by its visible id goes on from the last hop, and answers first what waits there. */
function goOn(id: string, unanswered: Hop | undefined, { value }: JsonDocument): readonly JsonEdit[] {
  const body = asObject(value);
  if (typeof body['previous_response_id'] !== 'string') return [];
  const results = unanswered ? resultsOf(unanswered) : [];
  const edits: JsonEdit[] =
    id === body['previous_response_id'] ? [] : [{ op: 'replace', path: ['previous_response_id'], value: id }];
  if (results.length === 0) return edits;
  const { input } = body;
  if (!Array.isArray(input) || input.length === 0) {
    const asked = typeof input === 'string' ? [{ role: 'user', content: input }] : [];
    const path = ['input'];
    return input === undefined ? edits : [...edits, { op: 'replace', path, value: [...results, ...asked] }];
  }
  const text = results.map((result) => `${JSON.stringify(result)},`).join('');
  return [...edits, { op: 'before', path: ['input', 0], text }];
}

/** By the first of its calls; an answer that only speaks, by its words. */
function nameOf(items: readonly JsonObject[]): TurnName | undefined {
  const call = items.find(waitsForClient);
  const id = call && textOf(call['call_id']);
  if (id) return { name: `call ${id}`, isUnique: true };
  const words = items.map(wordsOf).join('').trim();
  return words === '' ? undefined : { name: `words ${words}`, isUnique: false };
}

function nameById({ id }: JsonObject): TurnName | [] {
  return textOf(id) === '' ? [] : { name: `item ${textOf(id)}`, isUnique: true };
}

/** Every run of the model's items, by each name that it may be known by. */
function visibleTurns({ turns }: Conversation): readonly VisibleTurn[] {
  const found: VisibleTurn[] = [];
  for (let start = 0; start < turns.length; start++) {
    if (turns[start]!.role !== 'assistant') continue;
    let end = start;
    while (turns[end]?.role === 'assistant') end++;
    const items = turns.slice(start, end).map(itemOf);
    const name = nameOf(items) ?? nameByOutput(turns[end]);
    if (name) found.push({ ...name, turn: start });
    for (let turn = start; turn < end; turn++) {
      const id = turns[turn]!.id;
      if (id !== undefined) found.push({ name: `item ${id}`, isUnique: true, turn });
    }
    start = end - 1;
  }
  return found;
}

/** Calls that the client only refers to are known by their outputs. */
function nameByOutput(next: Turn | undefined): TurnName | undefined {
  const head = asObject(next?.head);
  const id = textOf(head['call_id']);
  return isOutput(head) && id !== '' ? { name: `call ${id}`, isUnique: true } : undefined;
}

function itemOf({ head, blocks }: Turn): JsonObject {
  const item = asObject(head);
  return isMessage(item) ? { ...item, content: blocks as readonly JsonValue[] } : item;
}
