/**
 * Records what may be learned from: views that went out, what models fetched of them, and what they said later of what
 * stands in them. Always after the answer to whoever waits; a failure costs nothing but the count.
 */
import type { Compressor } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { MIN_CLAIM } from '../core/claimants.ts';
import { NO_DEADLINE } from '../core/deadline.ts';
import { HASH_DIGITS, hashOf } from '../core/hash.ts';
import type { LearnedLog, LearnedSnapshot, Place, Structure } from '../core/importance.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import { findMarkers } from '../core/marker.ts';
import { Sample } from '../core/sample.ts';
import type { Stores } from '../core/stores.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { askedIn } from '../importance/asked.ts';
import { type Added, Recorder, type Seen } from '../importance/record.ts';
import { Snapshot } from '../importance/snapshot.ts';
import { namesIn } from '../transforms/context-fitter/names.ts';
import type { AccountJob } from './account.ts';
import type { HopStep } from './advance.ts';
import { withObservations } from './observations.ts';
import { readingOf } from './reading.ts';

export interface LearningParts {
  readonly formats: readonly WireFormat[];
  readonly compressors: readonly Compressor[];
  readonly stores: Stores;
  /** What the views of this process are made by. */
  readonly learned: LearnedSnapshot | undefined;
  readonly observations: RegExp | undefined;
}

/** Longer texts teach nothing: reading them again takes too long. */
const MAX_CHARS = 2_000_000;
/** Claims that differ by less say the same. */
const NEAR = 0.05;
/** Of what one turn of the model says, and of the views before it. */
const MOST_NAMES = 100;
const MOST_VIEWS = 12;
/** What was counted in its conversation is not counted there again, as far as this process remembers. */
const MOST_COUNTED = 20_000;

export class Learning {
  readonly #parts: LearningParts;
  readonly #snapshot: Snapshot | undefined;
  readonly #counted = new Set<string>();
  #recorder: Recorder | undefined;

  constructor(parts: LearningParts) {
    this.#parts = parts;
    this.#snapshot = parts.learned && new Snapshot(parts.learned);
  }

  /** The calls of a hop were answered. */
  fetched({ tenant, format: name, received, sent, end }: HopStep): void {
    this.#quietly((learned, recorder) => {
      const read = this.#read(name, received);
      const said = textOf(sent);
      for (const { input, isRefused } of end.calls) {
        const hash = isRefused === true ? undefined : hashIn(input);
        if (!read || hash === undefined || isStub(hash, said)) continue;
        const { conversation, key } = read;
        const part = conversation.parts.find(({ kind, source }) => kind === 'tool-result' && hashOf(source) === hash);
        const text = part?.source ?? this.#parts.stores.originals(tenant).get(hash);
        if (text === undefined) continue;
        const seen = { tenant, tool: part?.call?.name, ...this.#builtOf(text) };
        add(learned, this.#first(recorder.fetched(seen, askedIn(input)), `${key} ${hash} fetched`));
      }
    });
  }

  /** A request is over. */
  sent({ tenant, format: name, received, sent, notes }: AccountJob): void {
    if (!sent || !received) return;
    this.#quietly((learned, recorder) => {
      const marked = new Set(findMarkers(textOf(sent)));
      const read = marked.size > 0 ? this.#read(name, received) : undefined;
      if (!read) return;
      const { conversation, key } = read;
      const fresh = new Set(notes.filter(({ outcome }) => outcome === 'rewritten').map(({ part }) => part));
      const views = conversation.parts.filter(
        ({ kind, source }) => kind === 'tool-result' && marked.has(hashOf(source)),
      );
      for (const part of views.filter(({ index }) => fresh.has(index)))
        add(learned, recorder.viewed(this.#seenIn(part, tenant)));
      const last = conversation.turns.findLastIndex(({ role }) => role === 'assistant');
      const names = [...namesIn(wordsIn(conversation, last))].slice(0, MOST_NAMES);
      for (const part of views.filter(({ turn }) => turn < last).slice(-MOST_VIEWS)) {
        const own = names.filter((one) => part.source.includes(one));
        if (own.length === 0) continue;
        const seen = this.#seenIn(part, tenant);
        const places = placesOf(own, seen.structure);
        add(learned, this.#first(recorder.used(seen, places), `${key} ${hashOf(part.source)} used`));
      }
    });
  }

  #quietly(work: (learned: LearnedLog, recorder: Recorder) => void): void {
    try {
      const learned = this.#parts.stores.learned();
      const salt = this.#recorder ? '' : (this.#snapshot?.salt ?? learned.salt());
      if (salt === undefined) return;
      this.#recorder ??= new Recorder(salt, this.#snapshot);
      work(learned, this.#recorder);
    } catch {
      // A body that is no request, or a store out of reach: that was said where it matters.
    }
  }

  #read(name: string, received: Uint8Array): { readonly conversation: Conversation; readonly key: string } | undefined {
    const format = this.#parts.formats.find((one) => one.name === name);
    if (!format) return undefined;
    const { conversation, key } = readingOf(received, format);
    return { conversation: withObservations(conversation, this.#parts.observations), key };
  }

  #seenIn({ source, call }: Part, tenant: string): Seen {
    return { tenant, tool: call?.name, ...this.#builtOf(source) };
  }

  /** As one says of those who claim it most surely: the first who knows structures, where one does. */
  #builtOf(text: string): Pick<Seen, 'compressor' | 'structure'> {
    if (text.length > MAX_CHARS) return { structure: undefined };
    const sample = new Sample(text);
    const claims = this.#parts.compressors.map((compressor) => ({ compressor, claim: compressor.claim(sample) }));
    const most = Math.max(MIN_CLAIM, ...claims.map(({ claim }) => claim));
    const surest = claims.filter(({ claim }) => claim >= most - NEAR).sort((a, b) => b.claim - a.claim);
    const one = surest.find(({ compressor }) => compressor.structure) ?? surest[0];
    return { compressor: one?.compressor.name, structure: one?.compressor.structure?.(text, NO_DEADLINE) };
  }

  /** Without the rows that were counted before for the same view. */
  #first({ rows, known }: Added, view: string): Added {
    const isFirst = ({ shape, place }: Place): boolean => {
      const key = hashOf(`${view} ${shape} ${place}`);
      if (this.#counted.has(key)) return false;
      if (this.#counted.size >= MOST_COUNTED) this.#counted.clear();
      this.#counted.add(key);
      return true;
    };
    return { rows: rows.filter(isFirst), known };
  }
}

function add(learned: LearnedLog, { rows, known }: Added): void {
  if (rows.length + known.length > 0) learned.add(rows, known);
}

function placesOf(names: readonly string[], structure: Structure | undefined): readonly Place[] {
  return structure ? names.flatMap((text) => structure.find({ kind: 'name', text })) : [];
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function hashIn(input: JsonValue | undefined): string | undefined {
  const said = asObject(input ?? null)['hash'];
  return typeof said === 'string' ? new RegExp(`[0-9a-f]{${HASH_DIGITS}}`).exec(said.toLowerCase())?.[0] : undefined;
}

/** What was left out to fit a window is fetched because it is gone, not because its view said too little. */
function isStub(hash: string, said: string): boolean {
  const at = said.indexOf(`hash=${hash}`);
  const before = said.slice(Math.max(0, at - MOST_STUB_CHARS), Math.max(0, at));
  const stub = before.lastIndexOf('[headroom: left out to fit the window');
  return stub >= 0 && !/hash=[0-9a-f]/.test(before.slice(stub));
}

const MOST_STUB_CHARS = 4_000;

/** What the model said in this turn, and gave to tools. */
function wordsIn({ turns }: Conversation, turn: number): string {
  const said = turns[turn];
  return said ? stringsIn([said.head, ...said.blocks]).join('\n') : '';
}

function stringsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsIn);
  return Object.values(asObject(value)).flatMap((item) => stringsIn(item ?? null));
}
