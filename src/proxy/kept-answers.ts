/**
 * An answer that the client asks for later, cancels or deletes by its id: where it took hidden hops the provider knows its
 * end by another id, and the client gets what it was shown then.
 */
import type { HeaderList } from '../core/backend.ts';
import { askedFor, type Recalled, recalled } from '../pipeline/exchange/recall.ts';
import type { App } from './app.ts';
import type { Route } from './route.ts';
import type { Outgoing, Receiver, Relayed } from './send/relay.ts';
import { relayRewritten } from './send/rewriting.ts';
import type { Upstream } from './send/upstream.ts';
import { tenantOf } from './session.ts';
import type { Target } from './target.ts';

/** Undefined when the request is about no such answer, and passes as it came. */
export async function recallAnswer(
  { path, query }: Target,
  headers: HeaderList,
  route: Route,
  app: App,
): Promise<Recalled | undefined> {
  if (app.profile === 'off') return undefined;
  const asked = askedFor(path, app.formats);
  const answer =
    asked &&
    (await app.optimizer
      .kept({ tenant: tenantOf(headers, query), upstream: route.upstream.url.origin, id: asked.id })
      .catch(() => undefined));
  return answer && recalled(asked, answer, route.path);
}

/** The answer must be read on its way, and so comes unencoded. */
export async function relayRecalled(
  upstream: Upstream,
  request: Outgoing,
  client: Receiver,
  { path, rewrite, otherPaths }: Recalled,
): Promise<Relayed> {
  const kept = request.headers.filter((_, index, all) => !/^accept-encoding$/i.test(all[index - (index % 2)]!));
  const headers = [...kept, 'accept-encoding', 'identity'];
  const relayed = await relayRewritten(upstream, { ...request, path, headers }, { client, watch: undefined }, rewrite);
  const isDeleted = request.method === 'DELETE' && relayed.status >= 200 && relayed.status < 300;
  if (isDeleted) await Promise.all(otherPaths.map((other) => discard(upstream, other, headers)));
  return relayed;
}

/** Best effort: what the client deletes shall not stay with the provider in part. */
async function discard({ pool }: Upstream, path: string, headers: string[]): Promise<void> {
  const answer = await pool.request({ method: 'DELETE', path, headers }).catch(() => undefined);
  await answer?.body.dump().catch(() => undefined);
}
