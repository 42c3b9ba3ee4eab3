/** The proxy's own pages. They answer to this machine only, and none of their paths ever goes upstream. */
import { HeadroomError } from '../../core/errors.ts';
import type { App } from '../app.ts';
import { admitToOwnPages } from '../guard.ts';
import { errorBody } from '../refuse.ts';
import { compress } from './compress.ts';
import type { Answer, Endpoint, Visit } from './endpoint.ts';
import { health, livez, readyz } from './health.ts';
import { answerAtMcp, isMcp, write } from './mcp.ts';
import { retrieveByBody, retrieveByPath } from './retrieve.ts';
import { stats } from './stats.ts';

const endpoints: readonly Endpoint[] = [livez, readyz, health, stats, compress, retrieveByPath, retrieveByBody];
const OWN_PATHS = /^\/(?:livez|readyz|health|stats|mcp|v1\/compress|v1\/retrieve)(?:\/|$)/;

/** Shows the page at this path; undefined when the path is none of ours. */
export function ownPageAt(path: string): ((visit: Visit, app: App) => Promise<void>) | undefined {
  return OWN_PATHS.test(path) ? show : undefined;
}

async function show(visit: Visit, app: App): Promise<void> {
  const { client, incoming } = visit;
  const answer = await answerTo(visit, app);
  if (client.destroyed) return;
  if (answer instanceof Response) return write(answer, client);
  const { status, body } = answer;
  client.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  client.end(incoming.method === 'HEAD' ? undefined : body);
}

async function answerTo(visit: Visit, app: App): Promise<Answer | Response> {
  try {
    admitToOwnPages(visit.headers, app.door);
    if (app.answerMcp && isMcp(visit)) return await answerAtMcp(visit, app, app.answerMcp);
    return await endpointFor(visit).answer(visit, app);
  } catch (error) {
    if (error instanceof HeadroomError) return { status: error.status, body: errorBody(error) };
    return {
      status: 500,
      body: JSON.stringify({ error: { type: 'internal_error', message: 'The proxy failed at this.' } }),
    };
  }
}

/** @throws HeadroomError NOT_FOUND. */
function endpointFor({ target, incoming }: Visit): Endpoint {
  const method = incoming.method === 'HEAD' ? 'GET' : incoming.method;
  const found = endpoints.find((endpoint) => endpoint.method === method && endpoint.path.test(target.path));
  if (found) return found;
  const known = endpoints.filter(({ path }) => path.test(target.path)).map((endpoint) => endpoint.method);
  const advice = known.length > 0 ? `use ${known.join(' or ')}` : 'this release has no such page';
  throw new HeadroomError('NOT_FOUND', `The proxy does not answer ${incoming.method} ${target.path}: ${advice}.`);
}
