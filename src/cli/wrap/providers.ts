/** The way of a door's requests when the proxy is gone: plainly to the provider that each is for, as the proxy would have chosen it. */
import http, { type IncomingMessage } from 'node:http';
import { backends } from '../../backends/index.ts';
import type { Config } from '../../config/load.ts';
import type { OptionName } from '../../config/options.ts';
import { formats } from '../../formats/index.ts';
import { headerList, requestHeaders, upgradeHeaders } from '../../proxy/headers.ts';
import { routeOf } from '../../proxy/route.ts';
import { connectionTo } from '../../proxy/send/connect.ts';
import { openUpstream, type Upstream } from '../../proxy/send/upstream.ts';
import { targetOf } from '../../proxy/target.ts';
import type { Destination } from './door.ts';

/** Requests to the providers, without anything done to them. */
export function providers({ values }: Config): Destination {
  const timeouts = { connectTimeoutMs: values['connect-timeout-ms'], responseTimeoutMs: 0 };
  const upstreams = new Map(
    backends.map(({ name }) => {
      const url = new URL(values[`${name}-url` as OptionName] as string);
      return [name, openUpstream(name, url, timeouts, process.env)];
    }),
  );
  const agents = new Map(Array.from(upstreams.values(), (upstream) => [upstream, agentOf(upstream)]));
  return {
    requestFor(incoming) {
      const headers = headerList(incoming.rawHeaders);
      const { upstream, path } = routeOf(targetOf(incoming.url ?? '/'), headers, { formats, backends, upstreams });
      const isUpgrade = incoming.headers.upgrade?.toLowerCase() === 'websocket';
      const kept = isUpgrade ? upgradeHeaders(headers).flat() : [...requestHeaders(headers), ...framing(incoming)];
      return { path, headers: ['Host', upstream.url.host, ...kept], agent: agents.get(upstream)! };
    },
  };
}

/** The length was the connection's, not the request's: it is said again, or Node says `chunked`. */
function framing({ headers }: IncomingMessage): readonly string[] {
  const length = headers['content-length'];
  if (length !== undefined) return ['Content-Length', length];
  return headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
}

/** Node's own pool of connections, each made the way the proxy makes them: through HTTPS_PROXY where there is one. */
function agentOf(upstream: Upstream): http.Agent {
  const agent = new http.Agent({ keepAlive: true, timeout: 4_000 });
  agent.createConnection = connectionTo(upstream) as unknown as typeof agent.createConnection;
  return agent;
}
