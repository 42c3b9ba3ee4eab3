/**
 * Puts hidden calls and their outputs back between the items that a client has of an answer. The client's own items stay
 * as they are spelt: an item of reasoning finds again what followed it.
 */
import type { Hop } from '../../core/continuation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject, type JsonObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { isMessage, isOutput } from './items.ts';
import { resultsOf, visibleOf, withoutId, wordsOf } from './hop-items.ts';
import { waitsForClient } from './output.ts';

export function restore(turn: number, hops: readonly Hop[], { value }: JsonDocument): readonly JsonEdit[] | undefined {
  const items = asArray(asObject(value)['input']).map(asObject);
  const places = align(visibleOf(hops), items, turn) ?? alignWords(visibleOf(hops), items, turn);
  return places && insertions(hops, places);
}

/** Where the client has each visible item; undefined for one that it dropped. */
interface Places {
  readonly at: readonly (number | undefined)[];
  /** One message of the client's that says all of this answer's. */
  readonly merged?: number;
}

function align(ours: readonly JsonObject[], theirs: readonly JsonObject[], start: number): Places | undefined {
  const at: (number | undefined)[] = [];
  let next = start;
  for (const item of ours) {
    // Some clients answer a call before they say the next one.
    while (theirs[next] && isOutput(theirs[next]!)) next++;
    const isThere = theirs[next] !== undefined && isSame(item, theirs[next]!);
    if (!isThere && (isMessage(item) || waitsForClient(item))) return undefined;
    at.push(isThere ? next++ : undefined);
  }
  return at.some((place) => place !== undefined) ? { at } : undefined;
}

/** Of several messages the client may keep the words alone. */
function alignWords(ours: readonly JsonObject[], theirs: readonly JsonObject[], start: number): Places | undefined {
  const words = (items: readonly JsonObject[]): string => items.map(wordsOf).join('').replaceAll(/\s/g, '');
  const last = ours.findLastIndex(isMessage);
  const message = theirs[start];
  if (!message || last < 0 || !isMessage(message) || words([message]) !== words(ours)) return undefined;
  const calls = align(ours.slice(last + 1), theirs, start + 1);
  if (!calls && ours.slice(last + 1).some(waitsForClient)) return undefined;
  const dropped = ours.slice(0, last).map(() => undefined);
  const rest = ours.slice(last + 1).map((_, index) => calls?.at[index]);
  return { at: [...dropped, start, ...rest], merged: start };
}

function insertions(hops: readonly Hop[], { at, merged }: Places): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  const path = (place: number): readonly (string | number)[] => ['input', place];
  const dropsReasoning = visibleOf(hops).some(({ type }, index) => type === 'reasoning' && at[index] === undefined);
  const spell = (item: JsonObject): string => JSON.stringify(dropsReasoning ? withoutId(item) : item);
  /** What stands before the client's next item, and the client's last one. */
  let [pending, seen, last]: [string[], number, number | undefined] = [[], 0, undefined];
  for (const [number, hop] of hops.entries()) {
    for (const [index, piece] of hop.pieces.entries()) {
      if (hop.hidden.includes(index)) {
        pending.push(spell(asObject(piece)));
        continue;
      }
      const place = at[seen++];
      const isSaidAgain = place === undefined && merged !== undefined && isMessage(asObject(piece));
      if (isSaidAgain) pending.push(spell(asObject(piece)));
      if (place === undefined) continue;
      if (pending.length > 0)
        edits.push({ op: 'before', path: path(place), text: pending.map((one) => `${one},`).join('') });
      if (place === merged && visibleOf(hops).filter(isMessage).length > 1)
        edits.push({ op: 'replace', path: path(place), value: withoutId(asObject(piece)) });
      [pending, last] = [[], place];
    }
    // The answers of a mixed hop stand before those of the client.
    if (number < hops.length - 1 || hop.hidden.length > 0)
      pending.push(...resultsOf(hop).map((one) => JSON.stringify(one)));
  }
  if (pending.length > 0 && last !== undefined)
    edits.push({ op: 'after', path: path(last), text: pending.map((one) => `,${one}`).join('') });
  return edits;
}

function isSame(ours: JsonObject, theirs: JsonObject): boolean {
  const id = textOf(theirs['id']);
  const isOurId = id !== '' && id === ours['id'];
  if (theirs['type'] === 'item_reference') return isOurId;
  if (waitsForClient(ours)) return theirs['type'] === ours['type'] && theirs['call_id'] === ours['call_id'];
  if (isMessage(ours)) return isMessage(theirs) && theirs['role'] === 'assistant' && wordsOf(theirs) === wordsOf(ours);
  return theirs['type'] === ours['type'] && (id === '' || isOurId || textOf(ours['id']) === '');
}
