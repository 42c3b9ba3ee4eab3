/** A message of the model out of its stream, whole for the next request, and with our calls left out for the client. */
import type { Hiding } from '../../core/continuation.ts';
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';
import { callNameOf, isHiddenCall } from './completion.ts';

interface BuiltCall {
  whole: JsonObject;
  /** Fragments that wait until the name is known. */
  waiting: JsonObject[];
  kind: 'unknown' | 'ours' | 'theirs';
}

export class MessageBuilder {
  readonly #hiding: Hiding;
  #message: JsonObject = { role: 'assistant', content: null };
  readonly #calls = new Map<number, BuiltCall>();

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  get hasHidden(): boolean {
    return [...this.#calls.values()].some(({ kind }) => kind === 'ours');
  }

  /**
   * What of this delta the client gets: all of it, some, or nothing.
   * @param isLast no more calls come: a name that could have become ours is none.
   */
  add(delta: JsonObject, isLast: boolean): JsonObject | 'as it is' | undefined {
    const { tool_calls: calls, ...rest } = delta;
    this.#message = merged(this.#message, rest as JsonObject);
    const fragments = asArray(calls);
    const shown = fragments.map(asObject).flatMap((fragment) => this.#addFragment(fragment));
    if (isLast) shown.push(...this.#release());
    if (fragments.length === 0 && shown.length === 0) return 'as it is';
    const isWhole =
      shown.length === fragments.length && shown.every((fragment, index) => fragment === fragments[index]);
    if (isWhole) return 'as it is';
    const said = Object.values(rest).some((value) => value !== '' && value !== null);
    if (shown.length === 0 && !said) return undefined;
    return { ...rest, ...(shown.length > 0 && { tool_calls: shown }) } as JsonObject;
  }

  whole(): JsonObject {
    const calls = [...this.#calls].sort(([a], [b]) => a - b).map(([, { whole }]) => whole);
    return { ...this.#message, ...(calls.length > 0 && { tool_calls: calls }) };
  }

  #addFragment(fragment: JsonObject): readonly JsonObject[] {
    const index = typeof fragment['index'] === 'number' ? fragment['index'] : this.#calls.size;
    const { index: _, ...said } = fragment;
    let call = this.#calls.get(index);
    if (!call) this.#calls.set(index, (call = { whole: {}, waiting: [], kind: 'unknown' }));
    call.whole = merged(call.whole, said as JsonObject);
    if (call.kind === 'unknown') {
      call.waiting.push(fragment);
      const name = callNameOf(call.whole);
      const isNamed = textOf(asObject(fragment['function'])['arguments']) !== '' && name !== '';
      const { toolName, refuses } = this.#hiding;
      // The name may come in pieces: what may still become ours waits, and so does what may be refused once it is whole.
      if (name !== toolName && (refuses || (!isNamed && toolName.startsWith(name)))) return [];
      call.kind = name === toolName ? 'ours' : 'theirs';
      return this.#waited(call, index);
    }
    return call.kind === 'ours' ? [] : [this.#moved(fragment, index)];
  }

  #release(): readonly JsonObject[] {
    const unknown = [...this.#calls].filter(([, { kind }]) => kind === 'unknown');
    for (const [, call] of unknown) call.kind = isHiddenCall(call.whole, this.#hiding) ? 'ours' : 'theirs';
    return unknown.flatMap(([index, call]) => this.#waited(call, index));
  }

  #waited(call: BuiltCall, index: number): readonly JsonObject[] {
    const { waiting, kind } = call;
    call.waiting = [];
    return kind === 'ours' ? [] : waiting.map((one) => this.#moved(one, index));
  }

  #moved(fragment: JsonObject, index: number): JsonObject {
    const before = [...this.#calls].filter(([at, { kind }]) => at < index && kind === 'ours').length;
    return before === 0 ? fragment : { ...fragment, index: index - before };
  }
}

/** Fields that a fragment says again rather than goes on with. */
const SAID_WHOLE: ReadonlySet<string> = new Set(['role', 'id', 'type', 'index']);

/** Texts and lists go on where they were, objects field by field; null says nothing new. */
function merged(whole: JsonObject, piece: JsonObject): JsonObject {
  const result: Record<string, JsonValue | undefined> = { ...whole };
  for (const [key, value] of Object.entries(piece)) {
    const known = result[key];
    if (value === undefined || (value === null && known !== undefined)) continue;
    if (typeof known === 'string' && typeof value === 'string' && !SAID_WHOLE.has(key)) result[key] = known + value;
    else if (Array.isArray(known) && Array.isArray(value)) result[key] = [...asArray(known), ...asArray(value)];
    else if (isJsonObject(known) && isJsonObject(value)) result[key] = merged(known, value);
    else result[key] = value;
  }
  return result as JsonObject;
}
