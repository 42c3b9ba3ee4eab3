/** Carries a Gemini response that comes as one JSON body over its hops: the client gets one with all it may see. */
import type { Hiding, HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { JsonDocument, type JsonEdit } from '../../core/json/document.ts';
import { asObject, type JsonObject } from '../../core/json/value.ts';
import type { BodyHops } from '../body-splicer.ts';
import { candidateAt, type Chunk, chunkOf, countedOver, errorOf, partsAt, sameIdentity } from './candidate.ts';
import { partEdits } from './splice.ts';
import { type Shown, TurnBuilder } from './turn-builder.ts';

export class ContentHops implements BodyHops {
  readonly errorOf: BodyHops['errorOf'] = errorOf;
  readonly #hiding: Hiding;
  #body: Chunk = chunkOf({});
  #shown: readonly Shown[] = [];
  #first: JsonObject | undefined;
  /** The counts of the hops before the last. */
  readonly #earlier: JsonObject[] = [];
  /** What the client sees of the hops before the last. */
  readonly #said: JsonObject[] = [];

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  endHop(body: JsonObject): HopEnd {
    if (this.#first) this.#nextHop();
    this.#body = chunkOf(body);
    this.#first ??= this.#body.response;
    const builder = new TurnBuilder(this.#hiding);
    this.#shown = this.#body.parts.map((part) => builder.add(part));
    return builder.end(this.#body.finishReason);
  }

  visible(last: Buffer): Uint8Array {
    // Nothing is said in a body without a candidate: it is why there is none.
    if (Object.keys(this.#body.candidate).length === 0) return last;
    const edits = [...sameIdentity(this.#body, this.#first ?? {}), ...countedOver(this.#body, this.#earlier)];
    return JsonDocument.parse(last).apply([...edits, ...this.#allParts()]);
  }

  #nextHop(): void {
    this.#earlier.push(asObject(this.#body.response['usageMetadata']));
    this.#said.push(...this.#body.parts.filter((_, index) => !this.#shown[index]!.isOurs));
  }

  /** What earlier hops said goes before the first part that the client gets of the last one; that one stays as it came. */
  #allParts(): readonly JsonEdit[] {
    const { root, candidate, parts } = this.#body;
    const firstVisible = this.#shown.findIndex(({ isOurs }) => !isOurs);
    if (firstVisible < 0) {
      const said = this.#said.length > 0 ? this.#said : [{ text: '' }];
      if (parts.length > 0) return [{ op: 'replace', path: partsAt(root), value: said }];
      const content = { role: 'model', parts: said };
      const at = [...candidateAt(root), 'content'];
      return [
        candidate['content'] === undefined
          ? { op: 'set', path: candidateAt(root), key: 'content', value: content }
          : { op: 'replace', path: at, value: content },
      ];
    }
    const before = this.#said.map((part) => `${JSON.stringify(part)},`).join('');
    const at = [...partsAt(root), firstVisible];
    const edits = partEdits(this.#body, this.#shown);
    return before === '' ? edits : [...edits, { op: 'before', path: at, text: before }];
  }
}

/** JSON comes whole, or as a stream that is one array: its first character tells. */
export class JsonSplicer implements ResponseSplicer {
  readonly #whole: ResponseSplicer;
  readonly #streamed: ResponseSplicer;
  #chosen: ResponseSplicer | undefined;
  /** White space that came first. */
  #before: Buffer = Buffer.alloc(0);

  constructor(whole: ResponseSplicer, streamed: ResponseSplicer) {
    this.#whole = whole;
    this.#streamed = streamed;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.#chosen) return this.#chosen.push(chunk);
    this.#before = Buffer.concat([this.#before, chunk]);
    const first = this.#before.toString('latin1').trimStart().charAt(0);
    if (first === '') return new Uint8Array();
    this.#chosen = first === '[' ? this.#streamed : this.#whole;
    return this.#chosen.push(this.#before);
  }

  endHop(): HopEnd {
    if (!this.#chosen) this.#whole.push(this.#before);
    return this.#its.endHop();
  }

  finish(): Uint8Array {
    return this.#its.finish();
  }

  heartbeat(): Uint8Array {
    return this.#its.heartbeat();
  }

  fail(status: number, body: string): Uint8Array {
    return this.#its.fail(status, body);
  }

  get #its(): ResponseSplicer {
    return this.#chosen ?? this.#whole;
  }
}
