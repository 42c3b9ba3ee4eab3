/** Carries a response that comes as one JSON body over its hops: the client gets one body with all it may see. */
import type { Hiding, HopEnd, ResponseSplicer } from '../core/continuation.ts';
import { asObject, type JsonObject } from '../core/json/value.ts';
import { parseJson } from './response-reader.ts';

/** What an API makes of the bodies of one exchange, one for each hop. */
export interface BodyHops {
  /** Each body is read, also one in which nothing can be hidden. */
  readonly readsAll?: boolean;
  /** @param body without members where it was not read, or cannot be. */
  endHop(body: JsonObject): HopEnd;
  /** What the client gets where something was hidden. @param last the body of the last hop, as it came. */
  visible(last: Buffer): Uint8Array;
  /** The same where nothing was. Without it the body goes on as it came. */
  plain?(last: Buffer): Uint8Array;
  errorOf(status: number, body: string): JsonObject;
}

export class BodySplicer implements ResponseSplicer {
  readonly #hiding: Hiding;
  readonly #hops: BodyHops;
  #chunks: Uint8Array[] = [];
  #last: Buffer = Buffer.alloc(0);
  #hasHidden = false;

  constructor(hiding: Hiding, hops: BodyHops) {
    this.#hiding = hiding;
    this.#hops = hops;
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#chunks.push(chunk);
    return new Uint8Array();
  }

  endHop(): HopEnd {
    this.#last = Buffer.concat(this.#chunks);
    this.#chunks = [];
    const { toolName, refuses } = this.#hiding;
    const mayHide = this.#hasHidden || this.#last.includes(toolName) || refuses !== undefined;
    const isRead = mayHide || this.#hops.readsAll === true;
    const end = this.#hops.endHop(isRead ? asObject(parseJson(this.#last.toString())) : {});
    this.#hasHidden ||= end.hidden.length > 0;
    return end;
  }

  finish(): Uint8Array {
    if (this.#hasHidden) return this.#hops.visible(this.#last);
    return this.#hops.plain?.(this.#last) ?? this.#last;
  }

  /** Before a body, white space is harmless. */
  heartbeat(): Uint8Array {
    return Buffer.from('\n');
  }

  fail(status: number, body: string): Uint8Array {
    return Buffer.from(JSON.stringify(this.#hops.errorOf(status, body)));
  }
}
