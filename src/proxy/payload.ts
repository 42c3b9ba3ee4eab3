/** A request as it will be sent: read and shortened where its format is known, else streamed through unread. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type HeaderList, headerOf } from '../core/backend.ts';
import type { Job, Verdict } from '../pipeline/engine.ts';
import { doesNotFit } from '../pipeline/fit.ts';
import type { App } from './app.ts';
import { decodeBody, readBody } from './body.ts';
import { type Bodies, projectOf } from './bookkeeping.ts';
import { isBypass, requestHeaders } from './headers.ts';
import type { Route } from './route.ts';
import { Upload } from './send/upload.ts';
import { tenantOf } from './session.ts';

/** A body of so few bytes is with us sooner than a stream of it would be set up. */
const SMALL_BYTES = 256 * 1024;
/** Of a body that is streamed through, kept for a second try. */
const REPLAY_BYTES = 1024 * 1024;
/** Of a body that is streamed through although its format is known, kept to pin what it said. */
const PIN_BYTES = 16 * 1024 * 1024;

export interface Payload {
  /** Names and values in turn. */
  readonly headers: string[];
  /** Asked again for a second try: undefined when the body cannot be sent again. */
  readonly body: () => Buffer | Readable | null | undefined;
  readonly forget?: () => void;
  readonly verdict: Verdict | undefined;
  /** What is accounted for; absent for bodies of no format. */
  readonly bodies?: Bodies;
  /** Where the model is offered our tool: what its calls are answered for. */
  readonly offer?: Offer;
  /** Should its signed reasoning be refused: what to send instead. @param hop the body of a later hop. */
  readonly mended?: (hop?: Uint8Array) => Promise<Mended | undefined>;
}

export type Mended = Pick<Payload, 'headers' | 'body'>;

export interface Offer {
  readonly tenant: string;
  readonly upstream: string | undefined;
  readonly format: string;
  /** The body as the client sent it, and as it goes out. */
  readonly received: Uint8Array;
  readonly sent: Uint8Array;
  readonly sentEnd: Verdict['bodyEnd'];
  readonly chainEnd: string | undefined;
  readonly held: Verdict['held'];
}

export async function payloadOf(
  incoming: IncomingMessage,
  headers: HeaderList,
  route: Route,
  app: App,
): Promise<Payload> {
  const isOff = app.profile === 'off';
  const format = incoming.method === 'POST' ? (route.format ?? route.batch) : undefined;
  if (!hasBody(incoming)) return { headers: requestHeaders(headers), body: () => null, verdict: undefined };
  if (!format) return passed(incoming, headers, REPLAY_BYTES);
  const job = {
    format: format.name,
    tenant: tenantOf(headers, incoming.url ?? ''),
    upstream: route.upstream.url.origin,
    model: route.model,
    windowTokens: format.windowFrom?.(headers),
    intent: route.isCount ? ('ask' as const) : ('send' as const),
    isBatch: route.batch !== undefined,
    at: Date.now(),
  };
  const isRead = !isOff && !isBypass(headers) && !(job.isBatch && mayBeTooLong(incoming, app));
  if (isRead) return shortened(incoming, headers, job, app);
  if (route.isCount || job.isBatch) return passed(incoming, headers, REPLAY_BYTES);
  const { sent, ...payload } = await passed(incoming, headers, PIN_BYTES, app.limiter && app.maxBodyBytes);
  const whole = decodedOnce(sent, headers, app);
  if (!isOff) app.untouched.track(job.tenant, () => pinAsIs(whole, job, app));
  return { ...payload, bodies: { ...ownerOf(job.tenant, headers), isPassed: true, received: whole } };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Providers take batches that are longer than any body that is read here: those stream through. */
function mayBeTooLong({ headers }: IncomingMessage, { maxBodyBytes }: App): boolean {
  const length = headers['content-length'];
  return length === undefined || Number(length) > maxBodyBytes;
}

interface Passed extends Payload {
  /** All of it, once it is complete; undefined when it never is, or was too long to keep. */
  readonly sent: Promise<Buffer | undefined>;
}

/**
 * A body that goes out as it comes: streamed, unless it is known to be small.
 * @param weighedBytes where its size has to be known first, how large it may be.
 */
async function passed(
  incoming: IncomingMessage,
  headers: HeaderList,
  keepBytes: number,
  weighedBytes?: number,
): Promise<Passed> {
  const length = incoming.headers['content-length'];
  if (weighedBytes !== undefined || (length !== undefined && Number(length) <= SMALL_BYTES)) {
    const received = await readBody(incoming, weighedBytes ?? SMALL_BYTES);
    return {
      headers: requestHeaders(headers),
      body: () => received,
      sent: Promise.resolve(received),
      verdict: undefined,
    };
  }
  const upload = new Upload(incoming, keepBytes);
  return {
    sent: upload.whole,
    headers: length === undefined ? requestHeaders(headers) : [...requestHeaders(headers), 'content-length', length],
    body: () => upload.open(),
    forget: () => upload.forget(),
    verdict: undefined,
  };
}

/** Whatever goes wrong with reading or shortening, the body goes out as it came. */
async function shortened(
  incoming: IncomingMessage,
  headers: HeaderList,
  job: Omit<Job, 'body'>,
  app: App,
): Promise<Payload> {
  const received = await readBody(incoming, app.maxBodyBytes);
  await app.untouched.settled(job.tenant);
  const body = await decodeBody(received, headerOf(headers, 'content-encoding'), app.maxBodyBytes);
  const verdict =
    body && body.length > 0 ? await app.optimizer.run({ ...job, body }).catch(() => undefined) : undefined;
  if (verdict?.overflow && job.intent === 'send') throw doesNotFit(verdict.overflow, '--context-fit off');
  const shorter = verdict?.body;
  const isOffered = shorter !== undefined && verdict!.isOffered && job.intent === 'send';
  // Where the model may fetch, its answer is read on its way, and so must come unencoded.
  const changed = isOffered
    ? [...requestHeaders(headers, ['content-encoding', 'accept-encoding']), 'accept-encoding', 'identity']
    : requestHeaders(headers, ['content-encoding']);
  const mended = async (hop?: Uint8Array): Promise<Mended | undefined> => {
    const sent = hop ?? shorter ?? body!;
    const instead = await app.optimizer.mend({ tenant: job.tenant, format: job.format!, sent });
    return instead && { headers: changed, body: () => asBuffer(instead) };
  };
  const bodies: Bodies = {
    ...ownerOf(job.tenant, headers),
    isPassed: false,
    received: () => Promise.resolve(body),
    sent: shorter,
  };
  const payload = { verdict, bodies, ...(verdict?.mayNeedMending && { mended }) };
  if (!shorter) return { ...payload, headers: requestHeaders(headers), body: () => received };
  const sent = asBuffer(shorter);
  const offer = isOffered && offerOf(job, body!, sent, verdict!);
  return { ...payload, headers: changed, body: () => sent, ...(offer && { offer }) };
}

function offerOf(
  { tenant, upstream, format }: Omit<Job, 'body'>,
  received: Uint8Array,
  sent: Uint8Array,
  { bodyEnd, chainEnd, held }: Verdict,
): Offer {
  return { tenant, upstream, format: format!, received, sent, sentEnd: bodyEnd, chainEnd, held };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function ownerOf(tenant: string, headers: HeaderList): Pick<Bodies, 'tenant' | 'project'> {
  return { tenant, project: projectOf(headers) };
}

/** Asked for by several, decoded by the first. */
function decodedOnce(
  whole: Promise<Buffer | undefined>,
  headers: HeaderList,
  { maxBodyBytes }: App,
): () => Promise<Uint8Array | undefined> {
  let decoded: Promise<Uint8Array | undefined> | undefined;
  const decode = async (): Promise<Uint8Array | undefined> => {
    const sent = await whole;
    return sent && decodeBody(sent, headerOf(headers, 'content-encoding'), maxBodyBytes);
  };
  return () => (decoded ??= decode());
}

/** What the provider sees whole now is left alone later too. */
async function pinAsIs(whole: () => Promise<Uint8Array | undefined>, job: Omit<Job, 'body'>, app: App): Promise<void> {
  const body = await whole();
  if (body && body.length > 0) await app.optimizer.run({ ...job, intent: 'as-is', body });
}
