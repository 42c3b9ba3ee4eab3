/** The way of a request, whole. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HopStep } from '../pipeline/advance.ts';
import { Refusals, SENT_BACK } from '../pipeline/guard.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import type { App } from './app.ts';
import { ownPageAt } from './endpoints/index.ts';
import { advanced } from './bookkeeping.ts';
import { admit } from './guard.ts';
import { headerList } from './headers.ts';
import type { KeepingExchange } from './kept-prefixes.ts';
import { recallAnswer, relayRecalled } from './kept-answers.ts';
import { type Permit, permitFor, warned } from './limits.ts';
import { type Payload, payloadOf } from './payload.ts';
import { refuse } from './refuse.ts';
import { type Route, routeOf } from './route.ts';
import { relayMending } from './send/mending.ts';
import { type Outgoing, relay } from './send/relay.ts';
import { relayWithRetrieval, type Retrieval } from './send/with-retrieval.ts';
import { type Ending, settle } from './settle.ts';
import { targetOf } from './target.ts';
import { Watcher } from './watch.ts';

/** Never rejects. Resolves when all is done, which is after the client has everything. */
export async function handle(incoming: IncomingMessage, client: ServerResponse, app: App): Promise<void> {
  const startedAt = performance.now();
  app.later.makeWay();
  const headers = headerList(incoming.rawHeaders);
  const method = incoming.method ?? 'GET';
  const target = targetOf(incoming.url ?? '/');
  const route = routeOf(target, headers, app);
  let payload: Payload | undefined;
  let permit: Permit | undefined;
  const watches: Watcher[] = [];
  let ending: Ending;
  let remark: string | undefined;
  let keeping: KeepingExchange | undefined;
  const say = (said: string): void => void (remark = said);
  try {
    const page = ownPageAt(target.path);
    admit(headers, app.door, page !== undefined);
    if (page) return await page({ incoming, headers, target, client }, app);
    payload = await payloadOf(incoming, headers, route, app);
    permit = await permitFor({ method, headers, query: target.query, route, payload }, app);
    const shown = warned(client, permit);
    const watch = (): Watcher | undefined => watchOver(route, watches);
    const recalled = route.format ? undefined : await recallAnswer(target, headers, route, app);
    const request = { method, path: route.path, headers: payload.headers, body: payload.body, forget: payload.forget };
    const retrieval = retrievalFor(route, payload, watch, app);
    keeping = keepingFor(route, payload, say, app);
    const send = mendingSend(route, payload, say, { request, send: keeping?.send ?? relay });
    if (retrieval) ending = await relayWithRetrieval(route.upstream, request, shown, retrieval, send);
    else if (recalled) ending = await relayRecalled(route.upstream, request, client, recalled);
    else ending = await send(route.upstream, request, { client: shown, watch: watch() });
    if (retrieval?.refusals?.count) remark = SENT_BACK;
    if (ending.status === 0) ending = refuse(client, ending.failure, route);
  } catch (error) {
    ending = refuse(client, error as Error, route);
  }
  const storing = keeping?.paid;
  await settle({ method, path: target.path, startedAt, route, payload, watches, ending, remark, storing, permit }, app);
}

/** Each hop of an exchange is watched by itself: what all of them cost is what the exchange cost. */
function watchOver({ format, isCount }: Route, watches: Watcher[]): Watcher | undefined {
  if (!format || isCount) return undefined;
  const watch = new Watcher(format);
  watches.push(watch);
  return watch;
}

interface Sending {
  /** The first hop's. */
  readonly request: Outgoing;
  readonly send: typeof relay;
}

/** What lost what belonged to it may be sent again without its signed reasoning: once for each hop, and said in the log. */
function mendingSend(
  { format }: Route,
  { mended }: Payload,
  tell: (remark: string) => void,
  { request, send }: Sending,
): typeof relay {
  const continuation = format?.continuation;
  if (!mended || !continuation?.isMismatch) return send;
  const isMismatch = (status: number, body: string): boolean => continuation.isMismatch!(status, body);
  return (upstream, hop, destination) => {
    const instead = async (): Promise<Outgoing | undefined> => {
      const found = await mended(hop === request ? undefined : (hop.body() as Buffer));
      if (found) tell('signed reasoning left out: what stood before it is lost');
      return found && { ...hop, ...found, forget: undefined };
    };
    return relayMending(upstream, hop, destination, { isMismatch, mended: instead }, send);
  };
}

/** Where nothing is to be changed, nothing is kept. */
function keepingFor(
  { format, isCount, model }: Route,
  { bodies }: Payload,
  say: (remark: string) => void,
  { prefixes }: App,
): KeepingExchange | undefined {
  const keeping = format?.keeping;
  if (!prefixes || !keeping || isCount || !bodies || bodies.isPassed) return undefined;
  const onRefused = (): void => say('the name of a kept prefix was refused, and the prefix sent instead');
  return prefixes.exchange({ keeping, tenant: bodies.tenant, model, onRefused });
}

function retrievalFor(
  { format }: Route,
  { offer }: Payload,
  watch: () => Watcher | undefined,
  app: App,
): Retrieval | undefined {
  const continuation = format?.continuation;
  if (!offer || !format || !continuation) return undefined;
  const { sent, sentEnd, ...job } = offer;
  const advance = (step: HopStep): ReturnType<Retrieval['advance']> => advanced(step, app);
  const refusals = app.guard === 'refuse' ? new Refusals() : undefined;
  return { format, continuation, toolName: RETRIEVAL_TOOL.name, refusals, job, sent, sentEnd, advance, watch };
}
