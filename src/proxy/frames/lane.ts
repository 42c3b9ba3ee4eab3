/**
 * One lane of a connection: its requests go out shortened, in order, and their answers come back without our own calls,
 * which are answered here and gone on from on the same connection.
 */
import type { Hop } from '../../core/continuation.ts';
import type { EventFrame, FrameFormat, FrameSplicer } from '../../core/frames.ts';
import type { HeadroomError } from '../../core/errors.ts';
import type { HopStep } from '../../pipeline/advance.ts';
import type { Verdict } from '../../pipeline/engine.ts';
import { Refusals, SENT_BACK } from '../../pipeline/guard.ts';
import { RETRIEVAL_TOOL } from '../../retrieval/tool.ts';
import type { App } from '../app.ts';
import { advanced } from '../bookkeeping.ts';
import { furtherPermit, type Permit, permit } from '../limits.ts';
import type { Route } from '../route.ts';
import { settle } from '../settle.ts';
import { Watcher } from '../watch.ts';
import { Serial } from './serial.ts';

/** What all lanes of a connection have in common. */
export interface Connection {
  readonly app: App;
  readonly route: Route;
  readonly path: string;
  readonly tenant: string;
  readonly project: string | undefined;
  readonly shortens: boolean;
  readonly frames: FrameFormat;
  readonly toUpstream: (frame: string | Uint8Array) => void;
  readonly toClient: (frame: string | Uint8Array) => void;
  /** A lane has nothing more to do for now. */
  readonly quiet: () => void;
}

interface Exchange {
  readonly startedAt: number;
  readonly verdict: Verdict | undefined;
  readonly permit: Permit | undefined;
  readonly job: Pick<HopStep, 'tenant' | 'upstream' | 'format' | 'received' | 'chainEnd' | 'held'>;
  readonly splicer: FrameSplicer | undefined;
  readonly refusals: Refusals | undefined;
  readonly watches: Watcher[];
  /** The request of the present hop. */
  sent: Uint8Array;
  hops: readonly Hop[];
}

type Begun = Pick<Exchange, 'startedAt' | 'verdict' | 'permit' | 'job' | 'sent'>;

export class Lane {
  readonly #connection: Connection;
  readonly #requests = new Serial();
  readonly #events = new Serial();
  /** The oldest is the one whose events come now. */
  readonly #open: Exchange[] = [];
  #last: Exchange | undefined;
  /** Go on once nothing is open. */
  readonly #whenIdle: (() => void)[] = [];
  readonly #name: string;
  #isClosed = false;
  /** Requests that are still being decided. */
  #asked = 0;

  constructor(connection: Connection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  request(received: Buffer): void {
    this.#asked++;
    this.#requests.do(async () => {
      await this.#send(received);
      this.#asked--;
      this.#tellQuiet();
    });
  }

  get isBusy(): boolean {
    return this.#asked > 0 || this.#open.length > 0;
  }

  event(text: string, event: EventFrame): void {
    this.#events.do(() => this.#take(text, event));
  }

  /** The connection is gone: what was not answered by now never will be. */
  close(why: Error): void {
    this.#isClosed = true;
    for (const exchange of this.#open.splice(0)) this.#settle(exchange, 0, why);
    this.#tellIdle();
  }

  /** Whatever goes wrong with shortening, the request goes out as it came. */
  async #send(received: Buffer): Promise<void> {
    const { app, tenant, project, route, toUpstream, shortens } = this.#connection;
    const startedAt = performance.now();
    const format = route.format!.name;
    const upstream = route.upstream.url.origin;
    await app.untouched.settled(tenant);
    const verdict =
      shortens && received.length <= app.maxBodyBytes
        ? await app.optimizer.run({ format, tenant, upstream, intent: 'send', body: received }).catch(() => undefined)
        : undefined;
    const sent = verdict?.body ?? received;
    const wanted = { tenant, project, isCount: false, model: verdict?.model ?? '', body: sent };
    const permitted = await (app.limiter && permit(wanted, app.limiter).catch((error: HeadroomError) => error));
    if (this.#isClosed) return;
    if (permitted instanceof Error) return this.#refuse(permitted, startedAt);
    this.#begin({
      startedAt,
      verdict,
      permit: permitted,
      job: { tenant, upstream, format, received, chainEnd: verdict?.chainEnd, held: verdict?.held },
      sent,
    });
    toUpstream(sent);
  }

  /** After the answers that are still to come: the client takes them in order. */
  async #refuse(error: HeadroomError, startedAt: number): Promise<void> {
    const { app, route, path, frames, toClient } = this.#connection;
    if (this.#open.length > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    toClient(frames.errorFrame(error, this.#name));
    const ending = { status: error.status, failure: error };
    void settle({ method: 'WS', path, startedAt, route, payload: undefined, watches: [], ending }, app);
  }

  #begin(made: Begun): Exchange {
    const refusals = this.#connection.app.guard === 'refuse' ? new Refusals() : undefined;
    const hiding = { toolName: RETRIEVAL_TOOL.name, refuses: refusals?.refuses };
    const splicer = made.verdict?.isOffered ? this.#connection.frames.splice(hiding) : undefined;
    const exchange: Exchange = { ...made, splicer, refusals, watches: [], hops: [] };
    this.#open.push(exchange);
    return (this.#last = exchange);
  }

  #take(text: string, event: EventFrame): void | Promise<void> {
    let [exchange] = this.#open;
    // An answer that nobody asked for goes on from the last one, with the same tools.
    if (!exchange && event.isStart && this.#last) exchange = this.#begin(successorOf(this.#last));
    const { toClient } = this.#connection;
    if (!exchange) return toClient(text);
    for (const shown of exchange.splicer ? exchange.splicer.pass(text) : [text]) toClient(shown);
    if (event.endStatus === undefined) return undefined;
    this.#watch(exchange, text);
    return exchange.splicer ? this.#endHop(exchange, event.endStatus) : this.#end(exchange, event.endStatus);
  }

  async #endHop(exchange: Exchange, status: number): Promise<void> {
    const { app, toUpstream, toClient } = this.#connection;
    const { job, sent, hops, splicer } = exchange;
    const end = splicer!.endHop();
    exchange.refusals?.endHop(end);
    const step: HopStep = { ...job, sent, hops, end, isFrame: true };
    const advance = await advanced(step, app).catch(() => undefined);
    if (this.#isClosed) return;
    if (advance?.body) {
      exchange.sent = advance.body;
      exchange.hops = advance.hops;
      return toUpstream(advance.body);
    }
    for (const frame of splicer!.finish()) toClient(frame);
    this.#end(exchange, status);
  }

  #end(exchange: Exchange, status: number): void {
    this.#open.shift();
    this.#settle(exchange, status, undefined);
    if (this.#open.length === 0) this.#tellIdle();
    this.#tellQuiet();
  }

  #tellQuiet(): void {
    if (!this.isBusy) this.#connection.quiet();
  }

  #tellIdle(): void {
    for (const go of this.#whenIdle.splice(0)) go();
  }

  /** Only its end says what an answer cost. */
  #watch({ watches }: Exchange, text: string): void {
    const watch = new Watcher(this.#connection.route.format!);
    watch.start(200, ['content-type', 'text/event-stream']);
    watch.see(Buffer.from(`data: ${text.replaceAll(/[\r\n]+/g, ' ')}\n\n`));
    watches.push(watch);
  }

  #settle(
    { startedAt, verdict, job, watches, refusals, permit: given }: Exchange,
    status: number,
    failure: Error | undefined,
  ): void {
    const { app, route, path, tenant, project, shortens } = this.#connection;
    const received = (): Promise<Uint8Array> => Promise.resolve(job.received);
    const bodies = { tenant, project, isPassed: !shortens, received, sent: verdict?.body };
    const payload = { headers: [], body: () => null, verdict, bodies };
    const remark = refusals?.count ? SENT_BACK : undefined;
    const ending = { status, failure };
    const done = { method: 'WS', path, startedAt, route, payload, watches, ending, remark };
    void settle({ ...done, permit: given, isUnderway: failure !== undefined }, app);
  }
}

/** It saves nothing that was not counted before. */
function successorOf(last: Exchange): Begun {
  const verdict = last.verdict && { ...last.verdict, notes: [] };
  return { ...last, startedAt: performance.now(), verdict, permit: last.permit && furtherPermit(last.permit) };
}
