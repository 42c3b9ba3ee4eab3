/** The way of a request that was fetched: decided here, sent by the inner fetch, and its hidden calls answered. */
import { JsonDocument } from '../core/json/document.ts';
import type { HeadroomError } from '../core/errors.ts';
import type { WireFormat } from '../core/wire-format.ts';
import type { Verdict } from '../pipeline/engine.ts';
import { askedFor, recalled } from '../pipeline/exchange/recall.ts';
import { sendWithRetrieval } from '../pipeline/exchange/with-retrieval.ts';
import { doesNotFit } from '../pipeline/fit.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import { FIT_OFF, figuresOf } from '../sdk/compressed.ts';
import {
  BYPASS,
  bytesIn,
  hooked,
  type Reading,
  readingOf,
  type Sending,
  tailsOf,
  tenantFor,
  withBody,
} from './call.ts';
import type { Call } from './fetch.ts';
import { webHop } from './web-hop.ts';
import { WebReceiver } from './web-receiver.ts';

export async function answerCall(call: Call, sending: Sending): Promise<Response> {
  const reading = readingOf(call, sending);
  const received = reading && bytesIn(call);
  if (!reading || !received) return (await recalledAnswer(call, sending)) ?? sending.inner(call.input, call.init);
  const body = hooked(received, reading, sending);
  const verdict = sending.engines.run('hidden', reading.job, body);
  const { format, job } = reading;
  if (verdict.overflow && job.intent === 'send') return refusal(doesNotFit(verdict.overflow, FIT_OFF), call, format);
  if (job.intent === 'send') tell(verdict, reading, sending);
  const sent = verdict.body ?? body;
  // A request that nobody touched keeps even the spelling of its headers.
  const init = sent === received && !call.headers.has(BYPASS) ? call.init : withBody(without(call), sent);
  if (format.continuation && verdict.isOffered && job.intent === 'send') {
    return retrieving({ ...call, init }, { reading, verdict, received: body, sent }, sending);
  }
  const response = await sending.inner(call.input, init);
  return verdict.mayNeedMending ? mended(response, { ...call, init }, sent, { reading, sending }) : response;
}

/** As the API itself would refuse it: the client's library makes its own error of it. */
function refusal(error: HeadroomError, { url }: Call, format: WireFormat): Response {
  const status = format.errorStatus?.[error.code] ?? error.status;
  const headers = { 'content-type': 'application/json' };
  const response = new Response(new Uint8Array(format.errorBody(error)), { status, headers });
  return Object.defineProperty(response, 'url', { value: url.href });
}

/** What is meant for us goes no further. */
function without(call: Call): Call {
  const headers = new Headers(call.headers);
  headers.delete(BYPASS);
  return { ...call, headers };
}

interface Offered {
  readonly reading: Reading;
  readonly verdict: Verdict;
  readonly received: Uint8Array;
  readonly sent: Uint8Array;
}

/** The model may fetch originals: its answer goes through us. */
function retrieving(
  { input, init, url, headers }: Call,
  { reading, verdict, received, sent }: Offered,
  sending: Sending,
): Promise<Response> {
  const { format, job } = reading;
  const { inner, engines } = sending;
  const root = new WebReceiver(url.href, init.signal ?? undefined);
  const { tenant, upstream } = job;
  const engine = engines.by('hidden');
  const hop = async (body: Uint8Array, signal: AbortSignal): Promise<Response> => {
    const next = { input, init: { ...init, signal }, url, headers };
    const response = await inner(input, withBody(next, body));
    return verdict.mayNeedMending ? mended(response, next, body, { reading, sending }) : response;
  };
  const done = sendWithRetrieval((body, to) => webHop((signal) => hop(body ?? sent, signal), to, root), root, {
    format,
    continuation: format.continuation!,
    toolName: RETRIEVAL_TOOL.name,
    refusals: undefined,
    job: { tenant, upstream, format: format.name, received, chainEnd: verdict.chainEnd, held: verdict.held },
    sent,
    advance: (step) => Promise.resolve(engine.advance(step)),
    watch: () => undefined,
  });
  const fail = (error: unknown): void => {
    root.trouble ??= error;
    root.destroy();
  };
  done.then(({ failure }) => {
    if (failure) fail(failure);
  }, fail);
  return root.response;
}

interface Mending {
  readonly reading: Reading;
  readonly sending: Sending;
}

/** A request that lost what belonged to it may be sent again without its signed reasoning, once. */
async function mended(
  response: Response,
  call: Call,
  sent: Uint8Array,
  { reading, sending }: Mending,
): Promise<Response> {
  const { format, job } = reading;
  if (response.status !== 400 || !format.continuation?.isMismatch) return response;
  const said = await response.clone().text();
  if (!format.continuation.isMismatch(response.status, said)) return response;
  try {
    const instead = sending.engines.by('hidden').mend({ tenant: job.tenant, format: format.name, sent });
    return instead ? await sending.inner(call.input, withBody(call, instead)) : response;
  } catch {
    return response;
  }
}

/** An answer that the provider keeps, asked for by its id. */
async function recalledAnswer(
  { input, init, url, headers }: Call,
  { inner, engines, headroom }: Sending,
): Promise<Response | undefined> {
  for (const path of tailsOf(url.pathname)) {
    const asked = askedFor(path, engines.formats);
    if (!asked) continue;
    const tenant = headroom.serve(tenantFor(url, headers));
    const answer = engines.by('hidden').kept({ tenant, upstream: url.origin, id: asked.id });
    if (!answer) return undefined;
    const recall = recalled(asked, answer, url.pathname);
    const at = (pathname: string): URL => Object.assign(new URL(url), { pathname });
    const response = await inner(typeof input === 'string' ? at(recall.path).href : at(recall.path), init);
    if (!response.ok || !/\bjson\b/i.test(response.headers.get('content-type') ?? '')) return response;
    if ((init.method ?? 'GET').toUpperCase() === 'DELETE') {
      await Promise.all(recall.otherPaths.map((other) => inner(at(other).href, init).catch(() => undefined)));
    }
    const body = Buffer.from(await response.arrayBuffer());
    const shown = rewritten(body, recall.rewrite);
    const { status, statusText } = response;
    const kept = [...response.headers].filter(([name]) => !/^content-(?:length|encoding)$/.test(name));
    const { url: asFetched } = response;
    return Object.defineProperty(new Response(shown, { status, statusText, headers: kept }), 'url', {
      value: asFetched,
    });
  }
  return undefined;
}

function rewritten(body: Buffer, rewrite: ReturnType<typeof recalled>['rewrite']): Uint8Array<ArrayBuffer> {
  try {
    const document = JsonDocument.parse(body);
    return new Uint8Array(document.apply(rewrite(document)));
  } catch {
    return new Uint8Array(body);
  }
}

function tell(verdict: Verdict, { format }: Reading, { headroom }: Sending): void {
  const said = figuresOf(verdict);
  headroom.count(said);
  try {
    headroom.options.hooks?.after?.({ api: format.name, model: verdict.model, ...said });
  } catch {
    // A hook that throws has no say.
  }
}
