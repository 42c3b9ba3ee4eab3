/**
 * Carries a streamed Gemini response over its hops: our calls are left out, the ends of all hops but the last too, and
 * the counts are those of all hops. Until something is hidden every byte goes on as it came.
 */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { JsonDocument, type JsonEdit } from '../../core/json/document.ts';
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { parseJson } from '../response-reader.ts';
import { candidateAt, type Chunk, chunkOf, countedOver, errorOf, partsAt, sameIdentity } from './candidate.ts';
import type { Framed, Framing } from './framing.ts';
import { type Shown, TurnBuilder } from './turn-builder.ts';

const NOTHING = new Uint8Array();
/** The last chunk of many a stream: clients drop a turn in which a chunk has no part at all. */
const BLANK: readonly JsonValue[] = [{ text: '' }];

export class StreamSplicer implements ResponseSplicer {
  readonly #framing: Framing;
  readonly #hiding: Hiding;
  #hop: StreamedHop;
  /** The counts of the hops before. */
  readonly #earlier: JsonObject[] = [];
  #first: JsonObject | undefined;
  /** The hop that was pushed last has ended: what comes next is another. */
  #isOver = false;
  /** Chunks that end the present hop, kept until it is known whether they end the response. */
  #held: string[] = [];
  /** What came too late to be shown with what it came with. */
  #late: Uint8Array[] = [];
  #hasFailed = false;

  constructor(framing: Framing, hiding: Hiding) {
    this.#framing = framing;
    this.#hiding = hiding;
    this.#hop = new StreamedHop(hiding);
  }

  push(chunk: Uint8Array): Uint8Array {
    const shown = this.#framing.read(chunk).map((framed) => this.#pass(framed));
    return Buffer.concat([...this.#late.splice(0), ...shown]);
  }

  endHop(): HopEnd {
    this.#late.push(...this.#framing.endOfHop().map((framed) => this.#pass(framed)));
    this.#isOver = true;
    const end = this.#hop.builder.end(this.#hop.finishReason);
    return this.#hasFailed ? { ...end, calls: [] } : end;
  }

  finish(): Uint8Array {
    const late = this.#late.splice(0);
    if (this.#isPlain) return Buffer.concat(late);
    return Buffer.concat([...late, ...this.#held.map((json) => this.#framing.write(json)), this.#framing.close()]);
  }

  heartbeat(): Uint8Array {
    return this.#framing.heartbeat;
  }

  fail(status: number, body: string): Uint8Array {
    const error = this.#framing.write(JSON.stringify(errorOf(status, body)));
    return Buffer.concat([...this.#late.splice(0), error, this.#framing.close()]);
  }

  /** Nothing was hidden so far: there is nothing to hold back. */
  get #isPlain(): boolean {
    return this.#earlier.length === 0 && !this.#hop.builder.hasHidden;
  }

  #nextHop(): void {
    this.#earlier.push(this.#hop.usage);
    this.#hop = new StreamedHop(this.#hiding);
    this.#held = [];
    this.#isOver = false;
  }

  #pass(framed: Framed): Uint8Array {
    if (this.#isOver) this.#nextHop();
    const value = framed.data === '' ? undefined : parseJson(framed.data);
    if (isJsonObject(value) && !isJsonObject(value['error'])) return this.#passChunk(framed, value);
    if (isJsonObject(value)) this.#hasFailed = true;
    if (this.#isPlain) return this.#framing.pass(framed);
    return framed.data === '' ? this.#framing.passAside(framed) : this.#framing.write(framed.data);
  }

  #passChunk(framed: Framed, value: JsonObject): Uint8Array {
    const chunk = chunkOf(value);
    this.#first ??= chunk.response;
    const isLast = this.#hop.finishReason !== undefined || chunk.finishReason !== undefined;
    const shown = this.#hop.add(chunk);
    if (this.#isPlain) return this.#framing.pass(framed);
    const says = shown.some((part) => !part.isOurs && part.says);
    const isEmptied = !says && shown.some(({ isOurs }) => isOurs);
    const spelt = (edits: readonly JsonEdit[]): string => edited(framed.data, [...this.#known(chunk), ...edits]);
    const parts = partEdits(chunk, shown);
    if (!isLast) return isEmptied ? NOTHING : this.#framing.write(spelt(parts));
    if (isEmptied || !says || !this.#hop.builder.hasHidden) {
      this.#held.push(spelt(isEmptied ? [blankParts(chunk)] : parts));
      return NOTHING;
    }
    // What is said beside the end is shown now, the end when it is known to be the last.
    this.#held.push(spelt([blankParts(chunk)]));
    return this.#framing.write(spelt([...parts, ...withoutEnd(chunk)]));
  }

  #known(chunk: Chunk): readonly JsonEdit[] {
    return [...sameIdentity(chunk, this.#first ?? {}), ...countedOver(chunk, this.#earlier)];
  }
}

/** What one hop said so far. */
class StreamedHop {
  readonly builder: TurnBuilder;
  usage: JsonObject = {};
  finishReason: JsonValue | undefined;

  constructor(hiding: Hiding) {
    this.builder = new TurnBuilder(hiding);
  }

  add({ response, parts, finishReason }: Chunk): readonly Shown[] {
    this.usage = { ...this.usage, ...asObject(response['usageMetadata']) };
    this.finishReason = finishReason ?? this.finishReason;
    return parts.map((part) => this.builder.add(part));
  }
}

/** The chunk with these edits, and every other byte of it as it came. */
function edited(json: string, edits: readonly JsonEdit[]): string {
  return Buffer.from(JsonDocument.parse(Buffer.from(json)).apply(edits)).toString();
}

export function partEdits({ root }: Chunk, shown: readonly Shown[]): readonly JsonEdit[] {
  return shown.flatMap(({ isOurs, signature }, index): JsonEdit[] => {
    const path = [...partsAt(root), index];
    if (isOurs) return [{ op: 'remove', path }];
    return signature === undefined ? [] : [{ op: 'set', path, key: 'thoughtSignature', value: signature }];
  });
}

function blankParts({ root }: Chunk): JsonEdit {
  return { op: 'replace', path: partsAt(root), value: BLANK };
}

function withoutEnd({ root, candidate }: Chunk): readonly JsonEdit[] {
  const keys = ['finishReason', 'finishMessage'].filter((key) => candidate[key] !== undefined);
  return keys.map((key) => ({ op: 'remove', path: [...candidateAt(root), key] }));
}
