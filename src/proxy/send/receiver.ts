/** Stands before a client's connection: an answer comes here first, and what becomes of it is decided piece by piece. */
import type { Receiver } from './relay.ts';

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
