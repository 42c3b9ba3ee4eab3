/** The way of a request, whole. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from './app.ts';
import { ownPageAt } from './endpoints/index.ts';
import { admit } from './guard.ts';
import { headerList } from './headers.ts';
import { type Payload, payloadOf } from './payload.ts';
import { refuse } from './refuse.ts';
import { routeOf } from './route.ts';
import { relay } from './send/relay.ts';
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
  let watch: Watcher | undefined;
  let ending: Ending;
  try {
    admit(headers, app.door);
    const page = ownPageAt(target.path);
    if (page) return await page({ incoming, headers, target, client }, app);
    payload = await payloadOf(incoming, headers, route, app);
    watch = route.format && !route.isCount && app.profile !== 'off' ? new Watcher(route.format) : undefined;
    const request = { method, path: route.path, headers: payload.headers, body: payload.body, forget: payload.forget };
    ending = await relay(route.upstream, request, { client, watch });
    if (ending.status === 0) ending = refuse(client, ending.failure, route);
  } catch (error) {
    ending = refuse(client, error as Error, route);
  }
  await settle({ method, path: target.path, startedAt, route, payload, watch, ending }, app);
}
