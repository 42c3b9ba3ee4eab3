/** The way of a request, whole. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HopStep } from '../pipeline/advance.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import type { App } from './app.ts';
import { ownPageAt } from './endpoints/index.ts';
import { admit } from './guard.ts';
import { headerList } from './headers.ts';
import { type Payload, payloadOf } from './payload.ts';
import { refuse } from './refuse.ts';
import { type Route, routeOf } from './route.ts';
import { relay } from './send/relay.ts';
import { relayWithRetrieval, type Retrieval } from './send/with-retrieval.ts';
import { type Ending, settle } from './settle.ts';
import { targetOf } from './target.ts';
import { Watcher } from './watch.ts';

/** Never rejects. Resolves when all is done, which is after the client has everything. */
export async function handle(incoming: IncomingMessage, client: ServerResponse, app: App): Promise<void> {
  const startedAt = performance.now();
  const headers = headerList(incoming.rawHeaders);
  const method = incoming.method ?? 'GET';
  const target = targetOf(incoming.url ?? '/');
  const route = routeOf(target, headers, app);
  let payload: Payload | undefined;
  const watches: Watcher[] = [];
  let ending: Ending;
  try {
    admit(headers, app.door);
    const page = ownPageAt(target.path);
    if (page) return await page({ incoming, headers, target, client }, app);
    payload = await payloadOf(incoming, headers, route, app);
    const watch = (): Watcher | undefined => watchOver(route, watches, app);
    const request = { method, path: route.path, headers: payload.headers, body: payload.body, forget: payload.forget };
    const retrieval = retrievalFor(route, payload, watch, app);
    ending = retrieval
      ? await relayWithRetrieval(route.upstream, request, client, retrieval)
      : await relay(route.upstream, request, { client, watch: watch() });
    if (ending.status === 0) ending = refuse(client, ending.failure, route);
  } catch (error) {
    ending = refuse(client, error as Error, route);
  }
  await settle({ method, path: target.path, startedAt, route, payload, watches, ending }, app);
}

/** Each hop of an exchange is watched by itself: what all of them cost is what the exchange cost. */
function watchOver({ format, isCount }: Route, watches: Watcher[], app: App): Watcher | undefined {
  if (!format || isCount || app.profile === 'off') return undefined;
  const watch = new Watcher(format);
  watches.push(watch);
  return watch;
}

function retrievalFor(
  { format }: Route,
  { offer }: Payload,
  watch: () => Watcher | undefined,
  app: App,
): Retrieval | undefined {
  const continuation = format?.continuation;
  if (!offer || !continuation) return undefined;
  const { sent, ...job } = offer;
  const advance = (step: HopStep): ReturnType<Retrieval['advance']> => app.optimizer.advance(step);
  return { continuation, toolName: RETRIEVAL_TOOL.name, job, sent, advance, watch };
}
