/**
 * Budgets and limits at the door of every format: a request is asked about before it leaves, and what became of it is
 * told once it is over. What it will cost is estimated by its size.
 */
import { randomUUID } from 'node:crypto';
import type { HeaderList } from '../core/backend.ts';
import { HeadroomError } from '../core/errors.ts';
import { tenantOf } from '../core/tenant.ts';
import type { ResponseSummary } from '../core/wire-format.ts';
import type { Receipt } from '../pipeline/account.ts';
import { type Receiver, receiverBefore } from '../pipeline/exchange/receiver.ts';
import type { Asked, Limiter } from '../pipeline/limiter.ts';
import type { App } from './app.ts';
import { projectOf } from './bookkeeping.ts';
import type { Payload } from './payload.ts';
import type { Route } from './route.ts';
import type { Settling } from './settle.ts';

const WARNING_HEADER = 'x-headroom-budget-warning';

/** A request that was let in. */
export interface Permit {
  readonly asked: Asked;
  /** Undefined for an answer that nobody asked for. */
  readonly admittedAt: number | undefined;
  readonly warning: string | undefined;
}

export interface Asking {
  readonly method: string;
  readonly headers: HeaderList;
  readonly query: string;
  readonly route: Route;
  readonly payload: Payload;
}

/** Undefined for what has no limits. @throws HeadroomError OVER_BUDGET or RATE_LIMITED. */
export async function permitFor(
  { method, headers, query, route, payload }: Asking,
  app: App,
): Promise<Permit | undefined> {
  if (!app.limiter || !route.format || method !== 'POST') return undefined;
  const { bodies, verdict } = payload;
  const owner = bodies ?? { tenant: tenantOf(headers, query), project: projectOf(headers) };
  const body = route.isCount ? undefined : (bodies?.sent ?? (await bodies?.received()));
  return permit({ ...owner, isCount: route.isCount, model: verdict?.model || route.model, body }, app.limiter);
}

interface Wanted extends Pick<Asked, 'tenant' | 'project' | 'isCount' | 'model'> {
  /** As it will be sent, decoded. */
  readonly body: Uint8Array | undefined;
}

/** Longest wait for what a request cost that was answered just now: its bytes are here, and only have to be read. */
const ENDING_MS = 1_000;
/** By the limiter that will be told: answers that are being read, by whom they were asked for. */
const endings = new WeakMap<Limiter, Map<Promise<void>, Pick<Asked, 'tenant' | 'project'>>>();

/** @throws HeadroomError OVER_BUDGET or RATE_LIMITED. */
export async function permit(wanted: Wanted, limiter: Limiter): Promise<Permit> {
  await endingsOf(wanted, limiter);
  return permitNow(wanted, limiter);
}

/** Where nothing is being read, nobody waits. */
function endingsOf({ tenant, project }: Wanted, limiter: Limiter): Promise<unknown> | undefined {
  const ours = [...(endings.get(limiter) ?? [])].filter(([, of]) => of.tenant === tenant || of.project === project);
  if (ours.length === 0) return undefined;
  const read = Promise.all(ours.map(([ending]) => ending));
  return Promise.race([read, new Promise((resolve) => setTimeout(resolve, ENDING_MS).unref())]);
}

async function permitNow({ tenant, project, isCount, model, body }: Wanted, limiter: Limiter): Promise<Permit> {
  const { words, ...weight } = weightOf(body ?? new Uint8Array());
  const asked = { id: randomUUID(), tenant, project, isCount, ...weight, model: model || words };
  const { refusal, warning, at } = await limiter.admit(asked);
  if (!refusal) return { asked, admittedAt: at, warning };
  const retryAfterSeconds = Math.max(1, Math.ceil((refusal.retryAt - at) / 1_000));
  throw new HeadroomError(refusal.code, refusal.message, { retryAfterSeconds });
}

/** For an answer that goes on from that one's by itself. */
export function furtherPermit({ asked }: Permit): Permit {
  return { asked: { ...asked, id: randomUUID(), tokens: 0 }, admittedAt: undefined, warning: undefined };
}

/** An answer was passed on: what comes from the same side next is admitted when it is known what this one cost. */
export function holdFor({ permit: given }: Settling, settled: Promise<unknown>, { limiter }: App): void {
  if (!given || !limiter) return;
  const held = endings.get(limiter) ?? new Map<Promise<void>, Asked>();
  endings.set(limiter, held);
  const ending: Promise<void> = settled.then(
    () => void held.delete(ending),
    () => void held.delete(ending),
  );
  held.set(ending, given.asked);
}

/** By what the provider counted. */
export function settlePermit(
  { permit: given, payload, route, ending, isUnderway }: Settling,
  summaries: readonly (ResponseSummary | undefined)[],
  app: App,
): void {
  if (!given) return;
  const { asked, admittedAt } = given;
  const { status } = ending;
  const model = payload?.verdict?.model || route.model || asked.model;
  const isAnswered = (status >= 200 && status < 300) || isUnderway === true;
  const usages = summaries.map((summary) => summary?.usage);
  app.limiter?.settle({ ...asked, admittedAt, model, isAnswered, usages, bill: undefined });
}

/** What the ledger has of a request is what it costs. */
export function correctPermit({ permit: given }: Settling, receipt: Receipt | undefined, { limiter }: App): void {
  if (!given || !limiter) return;
  const { id, tenant, project } = given.asked;
  limiter.correct({ id, tenant, project, bill: receipt?.bill });
}

/** The client, told of a budget that is nearly used up. */
export function warned<Client extends Receiver>(client: Client, given: Permit | undefined): Receiver {
  const warning = given?.warning;
  if (warning === undefined) return client;
  return receiverBefore(client, {
    writeHead: ({ status, reason, headers }) =>
      void client.writeHead(status, reason, [...headers, WARNING_HEADER, warning]),
    write: (chunk) => client.write(chunk),
    end: () => void client.end(),
    destroy: () => void client.destroy(),
    isHeadHeld: () => false,
  });
}

const BYTES_A_TOKEN = 4;
/** What an image or a page costs, about, however many bytes it has. */
const ATTACHMENT_TOKENS = 1_600;
const LEAST_ATTACHMENT_BYTES = 2_000;
/** No words run on for so long without a space. */
const PROBE_BYTES = 64;
const QUOTE = 0x22;
/** Those of base64. */
const IS_ENCODED: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /[\w+/=-]/.test(String.fromCharCode(byte)),
);
/** Settings stand before the messages or behind them. */
const EDGE_BYTES = 4_096;
const MODEL = /"model"\s*:\s*"([^"\\]{1,200})"/;
const MOST_OUTPUT = /"(?:max_tokens|max_completion_tokens|max_output_tokens|maxOutputTokens)"\s*:\s*(\d{1,9})\b/;

interface Weight extends Pick<Asked, 'tokens' | 'mostOutput'> {
  /** The model, as the body says it. */
  readonly words: string;
}

/** By its bytes alone: to be sure would take reading it once more. */
function weightOf(body: Uint8Array): Weight {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const edges = `${bytes.toString('latin1', 0, EDGE_BYTES)}\n${bytes.toString('latin1', Math.max(EDGE_BYTES, bytes.length - EDGE_BYTES))}`;
  const most = MOST_OUTPUT.exec(edges)?.[1];
  return {
    tokens: tokensIn(bytes),
    mostOutput: most === undefined ? undefined : Number(most),
    words: MODEL.exec(edges)?.[1] ?? '',
  };
}

/** Text is looked at here and there only: what is attached is longer than that, whatever an API calls it. */
function tokensIn(bytes: Buffer): number {
  let [count, attached] = [0, 0];
  for (let at = 0; at < bytes.length; at += LEAST_ATTACHMENT_BYTES / 2) {
    if (!isEncodedAt(bytes, at)) continue;
    const start = bytes.lastIndexOf(QUOTE, at);
    const end = bytes.indexOf(QUOTE, at);
    if (end - start < LEAST_ATTACHMENT_BYTES) continue;
    count++;
    attached += end - start;
    at = end;
  }
  return Math.ceil((bytes.length - attached) / BYTES_A_TOKEN) + count * ATTACHMENT_TOKENS;
}

function isEncodedAt(bytes: Buffer, start: number): boolean {
  if (start + PROBE_BYTES > bytes.length) return false;
  for (let at = start; at < start + PROBE_BYTES; at++) if (!IS_ENCODED[bytes[at]!]) return false;
  return true;
}
