/**
 * What a client sees of an answer that may take several hops: one head, one stream, one end. Answers that cannot be
 * carried on (errors, other content types, encoded ones) go through as they come.
 */
import type { Continuation, Hiding, ResponseSplicer } from '../../core/continuation.ts';
import { type Acts, type Head, headerIn, type Receiver, receiverBefore } from './receiver.ts';

export class VisibleResponse {
  readonly #client: Receiver;
  readonly #continuation: Continuation;
  readonly #hiding: Hiding;
  #splicer: ResponseSplicer | undefined;
  /** Of what is no event stream: sent with the first bytes, and a body that comes whole is all of them. */
  #head: Head | undefined;
  #isBegun = false;

  constructor(client: Receiver, continuation: Continuation, hiding: Hiding) {
    this.#client = client;
    this.#continuation = continuation;
    this.#hiding = hiding;
  }

  /** Undefined when the first answer went through as it came. */
  get splicer(): ResponseSplicer | undefined {
    return this.#splicer;
  }

  /** For the first hop. */
  first(): Receiver {
    return this.#receiver({
      writeHead: (head) => {
        this.#splicer = isPlainSuccess(head) ? this.#splice(head) : undefined;
        if (!this.#splicer) this.#client.writeHead(head.status, head.reason, head.headers);
        else this.#begin(head);
      },
      write: (chunk) => (this.#splicer ? this.#show(this.#splicer.push(chunk)) : this.#client.write(chunk)),
      end: () => {
        if (!this.#splicer) this.#client.end();
      },
      destroy: () => this.#breakOff(),
    });
  }

  /** The first answer broke off: the client gets what there is of it, and no clean end. */
  #breakOff(): void {
    const held = this.#head && this.#splicer;
    if (!held) return void this.#client.destroy();
    held.endHop();
    this.#show(held.finish());
    // What was just written is still to leave.
    setImmediate(() => this.#client.destroy());
  }

  /** For each hop after it. */
  further(): FurtherHop {
    const refused: Uint8Array[] = [];
    const hop = { head: undefined as Head | undefined, isBroken: false };
    const receiver = this.#receiver({
      writeHead: (head) => void (hop.head = head),
      write: (chunk) => {
        if (isPlainSuccess(hop.head)) return this.#show(this.#splicer!.push(chunk));
        refused.push(chunk);
        return true;
      },
      end: () => undefined,
      destroy: () => void (hop.isBroken = true),
    });
    return {
      receiver,
      get isAnswered(): boolean {
        return isPlainSuccess(hop.head) && !hop.isBroken;
      },
      get refusal(): Refusal {
        return { status: hop.head?.status ?? 0, headers: hop.head?.headers ?? [], body: Buffer.concat(refused) };
      },
    };
  }

  heartbeat(): void {
    // Before the head of a whole body nothing can be said.
    if (this.#isBegun) this.#show(this.#splicer!.heartbeat());
  }

  finish(): void {
    this.#end(this.#splicer!.finish());
  }

  /** A later hop was refused. What has begun says so in its own way; what has not is that refusal. */
  fail({ status, headers, body }: Refusal): void {
    if (this.#isBegun) {
      this.#client.write(this.#splicer!.fail(status, body.toString()));
      this.#client.end();
    } else if (status === 0) {
      this.#client.destroy();
    } else {
      this.#client.writeHead(status, '', headers);
      this.#client.write(body);
      this.#client.end();
    }
  }

  #splice({ headers }: Head): ResponseSplicer | undefined {
    return this.#continuation.splice(headerIn(headers, 'content-type'), this.#hiding);
  }

  /** A stream of events begins at once; of a body that comes whole neither status nor length is known yet. */
  #begin(head: Head): void {
    const without = { ...head, headers: withoutLength(head.headers) };
    if (/event-stream/i.test(headerIn(head.headers, 'content-type'))) {
      this.#client.writeHead(without.status, without.reason, without.headers);
      this.#isBegun = true;
    } else this.#head = without;
  }

  #show(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    this.#sendHead([]);
    return this.#client.write(bytes);
  }

  #end(bytes: Uint8Array): void {
    this.#sendHead(['content-length', String(bytes.length)]);
    this.#show(bytes);
    this.#client.end();
  }

  #sendHead(more: readonly string[]): void {
    if (!this.#head) return;
    const { status, reason, headers } = this.#head;
    this.#client.writeHead(status, reason, [...headers, ...more]);
    this.#head = undefined;
    this.#isBegun = true;
  }

  #receiver(act: Omit<Acts, 'isHeadHeld'>): Receiver {
    // Of a body that comes whole there is no head yet.
    return receiverBefore(this.#client, { ...act, isHeadHeld: () => this.#head !== undefined });
  }
}

export interface FurtherHop {
  readonly receiver: Receiver;
  /** It came, whole, in a way that can be shown. */
  readonly isAnswered: boolean;
  readonly refusal: Refusal;
}

export interface Refusal {
  /** 0 when no answer came. */
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

function isPlainSuccess(head: Head | undefined): boolean {
  if (!head || head.status < 200 || head.status >= 300) return false;
  const encoding = headerIn(head.headers, 'content-encoding').trim().toLowerCase();
  return encoding === '' || encoding === 'identity';
}

function withoutLength(headers: readonly string[]): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]!.toLowerCase() !== 'content-length');
}
