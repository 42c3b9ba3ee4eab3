/**
 * What a client sees of an answer that may take several hops: one head, one stream, one end. Answers that cannot be
 * carried on (errors, other content types, encoded ones) go through as they come.
 */
import type { Continuation, Hiding, ResponseSplicer } from '../../core/continuation.ts';
import { type Instead, type Kind, kindOf, LaterHop, type LaterHopSetting } from './later-hop.ts';
import { type Acts, type Head, headerIn, type Receiver, receiverBefore } from './receiver.ts';

export class VisibleResponse {
  readonly #client: Receiver;
  readonly #continuation: Continuation;
  readonly #hiding: Hiding;
  #splicer: ResponseSplicer | undefined;
  #kind: Kind;
  /** Of what is no event stream: sent with the first bytes, and a body that comes whole is all of them. */
  #head: Head | undefined;
  /** What the client has of it. */
  #begun: Pick<Head, 'status'> | undefined;

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
        this.#kind = kindOf(head);
        this.#splicer = this.#kind && this.#splice(head);
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

  /** For each hop after it, and each try of it. */
  further(setting: Omit<LaterHopSetting, 'kind' | 'splicer' | 'show'>): FurtherHop {
    const show = (bytes: Uint8Array): boolean => this.#show(bytes);
    const hop = new LaterHop({ ...setting, kind: this.#kind, splicer: this.#splicer!, show });
    return { hop, receiver: this.#receiver(hop.acts) };
  }

  heartbeat(): void {
    // Before the head of a whole body nothing can be said.
    if (this.#begun) this.#show(this.#splicer!.heartbeat());
  }

  finish(): void {
    this.#end(this.#splicer!.finish());
  }

  /** A later hop failed: what has begun says so in its own way, and of what has not this is the answer. @returns its status. */
  fail({ status, reason, headers, body, isPassed }: Instead): number {
    const begun = this.#begun;
    if (begun) this.#client.write(this.#splicer!.fail(status, Buffer.from(body).toString()));
    else {
      // What is ours has no date of its own.
      this.#client.sendDate = !isPassed;
      this.#client.writeHead(status, reason, headers);
      this.#client.write(body);
    }
    this.#client.end();
    return begun ? begun.status : status;
  }

  #splice({ headers }: Head): ResponseSplicer | undefined {
    return this.#continuation.splice(headerIn(headers, 'content-type'), this.#hiding);
  }

  /** A stream of events begins at once; of a body that comes whole neither status nor length is known yet. */
  #begin(head: Head): void {
    const without = { ...head, headers: withoutLength(head.headers) };
    if (this.#kind === 'events') {
      this.#client.writeHead(without.status, without.reason, without.headers);
      this.#begun = without;
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
    this.#begun = this.#head;
    this.#head = undefined;
  }

  #receiver(act: Omit<Acts, 'isHeadHeld'>): Receiver {
    // Of a body that comes whole there is no head yet.
    return receiverBefore(this.#client, { ...act, isHeadHeld: () => this.#head !== undefined });
  }
}

export interface FurtherHop {
  readonly hop: LaterHop;
  readonly receiver: Receiver;
}

function withoutLength(headers: readonly string[]): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]!.toLowerCase() !== 'content-length');
}
