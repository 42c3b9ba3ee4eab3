/**
 * A hop after the first one: shown as it comes where it is answered in the way of the first one, and else what the client
 * gets in its place. An answer is one only when its provider has said its end.
 */
import type { HopEnd, ResponseSplicer } from '../../core/continuation.ts';
import { HeadroomError } from '../../core/errors.ts';
import { asObject } from '../../core/json/value.ts';
import type { ResponseReader, WireFormat } from '../../core/wire-format.ts';
import { type Acts, type Head, headerIn } from './receiver.ts';

/** How an answer comes: as events, or as JSON. Undefined for errors, and for what cannot be read on its way. */
export type Kind = 'events' | 'json' | undefined;

/** The one answer that the client gets where a later hop has none. */
export interface Instead extends Head {
  readonly body: Uint8Array;
  readonly failure: Error;
  /** Whether these are the provider's own words. */
  readonly isPassed: boolean;
}

export interface LaterHopSetting {
  readonly format: Pick<WireFormat, 'readResponse' | 'errorBody' | 'errorStatus'>;
  /** Of the first hop. */
  readonly kind: Kind;
  readonly splicer: ResponseSplicer;
  readonly show: (bytes: Uint8Array) => boolean;
  /** Its address, for words. */
  readonly upstream: string | undefined;
  /** In words for people, why there was no answer at all. */
  readonly explain?: ((failure: Error) => HeadroomError) | undefined;
}

/** An error of the provider as the last thing that it says in a stream. */
const SAYS_ERROR = /"error"\s*:\s*\{|"type"\s*:\s*"error"/;
const TAIL_BYTES = 4_096;

export class LaterHop {
  readonly #setting: LaterHopSetting;
  readonly #refused: Uint8Array[] = [];
  #head: Head | undefined;
  #reader: ResponseReader | undefined;
  #tail = '';
  #bytes = 0;
  #isBroken = false;
  /** Why it is not there, or not whole, as its sender says. */
  failure: Error | undefined;

  constructor(setting: LaterHopSetting) {
    this.#setting = setting;
  }

  /** What is done with it as it comes. */
  readonly acts: Omit<Acts, 'isHeadHeld'> = {
    writeHead: (head) => {
      this.#head = head;
      const isAlike = this.#setting.kind !== undefined && kindOf(head) === this.#setting.kind;
      this.#reader = isAlike ? this.#setting.format.readResponse(headerIn(head.headers, 'content-type')) : undefined;
    },
    write: (chunk) => {
      this.#bytes += chunk.length;
      if (!this.#reader) return this.#refused.push(chunk) > 0;
      const isTaken = this.#setting.show(this.#setting.splicer.push(chunk));
      this.#read(this.#reader, chunk);
      return isTaken;
    },
    end: () => undefined,
    destroy: () => void (this.#isBroken = true),
  };

  /** 0 while there is no answer. */
  get status(): number {
    return this.#head?.status ?? 0;
  }

  header(name: string): string {
    return headerIn(this.#head?.headers ?? [], name);
  }

  /** How it ended, or what the client gets instead. To be asked once, when all of it is here. */
  end(): HopEnd | Instead {
    if (!this.#head) return this.#unreachable();
    const { status } = this.#head;
    if (this.#isBroken) return this.#lost(`broke off in the middle of its answer${codeOf(this.failure)}. Try again.`);
    if (status >= 400) return this.#passed(this.#head);
    if (!this.#reader) return this.#lost(this.#asForeign(this.#head));
    if (this.#bytes === 0) return this.#lost('answered with nothing. Try again.');
    return this.#endOf(this.#reader);
  }

  #endOf(reader: ResponseReader): HopEnd | Instead {
    const { splicer, kind } = this.#setting;
    const { complete, stopReason } = reader.end();
    if (kind === 'events') {
      // What the provider said itself need not be said again.
      const isEnded = complete || stopReason !== undefined || SAYS_ERROR.test(this.#tail);
      return isEnded ? splicer.endHop() : this.#lost('ended its answer before it was complete. Try again.');
    }
    const end = complete ? splicer.endHop() : undefined;
    const isAnswer = stopReason !== undefined || end?.pieces.some((piece) => Object.keys(asObject(piece)).length > 0);
    return end && isAnswer ? end : this.#lost(`answered with something that is no answer of its API. ${CHECK}`);
  }

  /** Only the last event is of interest. */
  #read(reader: ResponseReader, chunk: Uint8Array): void {
    reader.push(chunk);
    if (this.#setting.kind !== 'events') return;
    const last = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).subarray(-TAIL_BYTES);
    this.#tail = (this.#tail + last.toString('latin1')).slice(-TAIL_BYTES).replace(/^[^]*(?=\ndata:)/, '');
  }

  #asForeign({ status, headers }: Head): string {
    if (status >= 300) return `answered with status ${status} in place of an answer. ${CHECK}`;
    const encoding = headerIn(headers, 'content-encoding').trim();
    if (!isPlain(headers)) return `answered in an encoding that was not asked for (${encoding}). ${CHECK}`;
    const type = headerIn(headers, 'content-type').split(';')[0]!.trim();
    const what = /html/i.test(type) ? `a page (${type})` : type === '' ? 'something of no known type' : type;
    return `answered with ${what} instead of an answer of its API. ${CHECK}`;
  }

  #passed(head: Head): Instead {
    const failure = new LaterHopRefused(head.status);
    return { ...head, body: Buffer.concat(this.#refused), failure, isPassed: true };
  }

  #unreachable(): Instead {
    const failure = this.failure ?? new Error('no answer');
    const { explain } = this.#setting;
    if (explain) return this.#ours(explain(failure));
    return this.#lost(`cannot be reached${codeOf(failure)}. ${CHECK}`);
  }

  #lost(words: string): Instead {
    const { upstream } = this.#setting;
    const who = (upstream !== undefined && URL.parse(upstream)?.host) || 'The provider';
    return this.#ours(new HeadroomError('UPSTREAM_UNREACHABLE', `${who} ${words}`, { cause: this.failure }));
  }

  #ours(failure: HeadroomError): Instead {
    const { format } = this.#setting;
    const body = format.errorBody(failure);
    const headers = ['content-type', 'application/json', 'content-length', String(body.length)];
    const status = format.errorStatus?.[failure.code] ?? failure.status;
    return { status, reason: '', headers, body, failure, isPassed: false };
  }
}

const CHECK = 'Check the network, and what stands between here and there.';

/** Said to the log: the client has the provider's own words. */
class LaterHopRefused extends Error {
  override readonly name = 'LaterHopRefused';
  readonly code: string;

  constructor(status: number) {
    super(`a later hop was answered with status ${status}`);
    this.code = `later hop refused with ${status}`;
  }
}

/** What cannot be carried on is of no kind. */
export function kindOf({ status, headers }: Head): Kind {
  if (status < 200 || status >= 300 || !isPlain(headers)) return undefined;
  const type = headerIn(headers, 'content-type');
  if (/^\s*text\/event-stream\b/i.test(type)) return 'events';
  return /^\s*[^;]*\bjson\b/i.test(type) ? 'json' : undefined;
}

function isPlain(headers: readonly string[]): boolean {
  const encoding = headerIn(headers, 'content-encoding').trim().toLowerCase();
  return encoding === '' || encoding === 'identity';
}

function codeOf(failure: (Error & { code?: unknown }) | undefined): string {
  const code = [failure, failure?.cause as typeof failure]
    .map((one) => one?.code)
    .find((one) => typeof one === 'string');
  return code === undefined ? '' : ` (${code as string})`;
}
