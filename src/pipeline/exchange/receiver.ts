/**
 * Who gets an answer, and what may stand before a client's connection: an answer comes there first, and what becomes of
 * it is decided piece by piece. It knows no transport: whoever sends requests brings his own.
 */

/** Who gets an answer: a client's connection, or what stands before it. */
export interface Receiver {
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  sendDate: boolean;
  writeHead(status: number, reason: string, headers: string[]): unknown;
  /** False: wait for `drain`. */
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'close' | 'drain', listener: () => void): Receiver;
  off(event: 'close' | 'drain', listener: () => void): Receiver;
}

/** Where the answer goes: to the client, and past whoever watches. */
export interface Destination {
  readonly client: Receiver;
  readonly watch: Watch | undefined;
}

/** Told after the client. */
export interface Watch {
  start(status: number, headers: readonly string[]): void;
  see(chunk: Buffer): void;
}

export interface Relayed {
  /** What the upstream said; 0 when it never did. */
  readonly status: number;
  /** Why the answer is not there, or not whole. */
  readonly failure: Error | undefined;
}

export interface Head {
  readonly status: number;
  readonly reason: string;
  readonly headers: string[];
}

export interface Acts {
  writeHead(head: Head): void;
  write(chunk: Uint8Array): boolean;
  end(): void;
  destroy(): void;
  /** Whether the head is still held back, so that nothing may leave to send it off. */
  isHeadHeld(): boolean;
}

export function receiverBefore(client: Receiver, act: Acts): Receiver {
  const receiver: Receiver = {
    get destroyed(): boolean {
      return client.destroyed;
    },
    get writableEnded(): boolean {
      return client.writableEnded;
    },
    set sendDate(isSent: boolean) {
      client.sendDate = isSent;
    },
    get sendDate(): boolean {
      return client.sendDate;
    },
    writeHead: (status, reason, headers) => act.writeHead({ status, reason, headers }),
    // The relay writes nothing to send the head off.
    write: (chunk) => (chunk.length > 0 ? act.write(chunk) : act.isHeadHeld() || client.write(chunk)),
    end: () => act.end(),
    destroy: () => act.destroy(),
    on: (event, listener) => {
      client.on(event, listener);
      return receiver;
    },
    off: (event, listener) => {
      client.off(event, listener);
      return receiver;
    },
  };
  return receiver;
}

export function headerIn(headers: readonly string[], wanted: string): string {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
  return at < 0 ? '' : (headers[at + 1] ?? '');
}
