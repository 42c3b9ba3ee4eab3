/**
 * What keeping a result is worth: whether the model used its names since, how near it is to what is worked on now, how
 * young it is, whether it failed. Of two results of equal worth the longer one goes first.
 */
import type { Conversation } from '../../core/conversation.ts';
import type { Importance } from '../../core/importance.ts';
import { isJsonObject, type JsonValue } from '../../core/json/value.ts';
import { namesIn } from './names.ts';
import type { Unit } from './units.ts';

const USED = 3;
const NEAR = 3;
const YOUNG = 1;
const FAILED = 0.5;
const SUPERSEDED = 0.15;
/** What a tool returns of which nearly every view is fetched is worth so much more. */
const FETCHED = 0.5;
/** Turns of the model after which youth and use count half. */
const HALF_LIFE = 12;
/** The last turns say what is worked on now; the first one says the task. */
const RECENT_TURNS = 4;
/** A longer result is more likely to be needed again, but by less than its length. */
const LENGTH_POWER = 0.5;

export type Worth = (unit: Unit) => number;

/** Per token; the lowest goes first. */
export function worthIn(conversation: Conversation, units: readonly Unit[], importance?: Importance): Worth {
  const rarity = rarityOf(units);
  const { uses, now } = usesOf(conversation, rarity);
  return (unit) => {
    let used = 0;
    let near = 0;
    for (const name of unit.names) {
      const weight = rarity.get(name) ?? 0;
      const use = uses.get(name);
      if (use !== undefined && use > unit.part.turn) used += weight * half(now - use);
      if (use !== undefined && isRecent(use, conversation)) near += weight;
    }
    const said = 1 + USED * Math.log1p(used) + NEAR * Math.log1p(near) + YOUNG * half(unit.age);
    const worth = (said + (unit.isFailed ? FAILED : 0)) * (unit.isSuperseded ? SUPERSEDED : 1);
    return (worth * (1 + FETCHED * fetchedShare(unit, importance))) / unit.tokens ** LENGTH_POWER;
  };
}

/** Of this tool's views, as far as anybody knows. */
function fetchedShare({ part }: Unit, importance: Importance | undefined): number {
  return importance?.forTool(part.call?.name ?? '').fetchedShare ?? 0;
}

function half(age: number): number {
  return 0.5 ** (age / HALF_LIFE);
}

function isRecent(turn: number, { turns }: Conversation): boolean {
  return turn >= turns.length - RECENT_TURNS * 2;
}

/** A name that stands in one result only says more than one that stands in all. */
function rarityOf(units: readonly Unit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { names } of units) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(Array.from(counts, ([name, count]) => [name, 1 / count]));
}

/** For each name the last turn in which the user or the model said it. */
function usesOf(
  { parts, turns }: Conversation,
  known: ReadonlyMap<string, number>,
): { readonly uses: ReadonlyMap<string, number>; readonly now: number } {
  const uses = new Map<string, number>();
  const say = (text: string, turn: number): void => {
    for (const name of namesIn(text)) if (known.has(name)) uses.set(name, turn);
  };
  for (const { kind, role, source, turn, call } of parts) {
    if (kind === 'text' && role !== 'system') say(source, turn);
    // A call stands in the turn before its result.
    if (kind === 'tool-result' && call) stringsIn(call.input).forEach((text) => say(text, turn - 1));
  }
  return { uses, now: turns.length };
}

function stringsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
