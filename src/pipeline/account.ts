/**
 * Accounts for requests once they are over: reads both bodies again, asks the ledger what they cost with Headroom and
 * without, and keeps the entry. What goes wrong costs the entry and nothing else.
 */
import type { Conversation } from '../core/conversation.ts';
import { isHeldOut } from '../core/conversation-key.ts';
import { JsonDocument } from '../core/json/document.ts';
import type { Bust, LedgerEntry, Road, SavedBy } from '../core/ledger.ts';
import type { ModelTable } from '../core/model.ts';
import type { Stores } from '../core/stores.ts';
import type { Tokenizer } from '../core/tokenizer.ts';
import type { Usage, WireFormat } from '../core/wire-format.ts';
import { account, accountUnread } from '../ledger/account.ts';
import { costOf } from '../ledger/bill.ts';
import { Sizer } from '../ledger/sizes.ts';
import type { Note } from './note.ts';
import { type Reading, readingOf } from './reading.ts';

/** What a provider was asked to keep under a name: what it read for that, and for how long. */
export interface Storing {
  readonly writtenTokens: number;
  readonly tokenHours: number;
}

/** Plain values only: they cross into a worker thread. */
export interface AccountJob {
  /** When the request came, in milliseconds since 1970. */
  readonly at: number;
  /** When its answer was over; undefined: nobody said. */
  readonly endedAt?: number | undefined;
  /** As its verdict says. */
  readonly newestAt?: string | undefined;
  readonly tenant: string;
  readonly project: string | undefined;
  readonly format: string;
  /** Where the body does not say it. */
  readonly model: string;
  readonly road: Exclude<Road, 'held out'>;
  /** Undefined when it was too long to keep, or could not be decoded. */
  readonly received: Uint8Array | undefined;
  /** Undefined when it is the same. */
  readonly sent: Uint8Array | undefined;
  readonly complete: boolean;
  /** As the provider says, one for each hop. */
  readonly usages: readonly (Usage | undefined)[];
  readonly storing?: Storing | undefined;
  /** What was shortened. */
  readonly notes: readonly Note[];
}

export interface Receipt {
  readonly tenant: string;
  readonly conversation: string;
  readonly bust: Bust | undefined;
  readonly froze: boolean;
  readonly model: string;
  /** In dollars, of what the provider counted; undefined where the model has no price, or it counted nothing. */
  readonly bill: number | undefined;
}

export interface AccountParts {
  readonly formats: readonly WireFormat[];
  readonly stores: Stores;
  readonly models: ModelTable;
  readonly tokenizer: Tokenizer;
  /** Of the conversations, in percent. */
  readonly holdout: number;
}

export function openAccounts(parts: AccountParts): (job: AccountJob) => Receipt | undefined {
  const sizer = new Sizer(parts.tokenizer);
  return (job) => record(job, parts, sizer);
}

function record(job: AccountJob, parts: AccountParts, sizer: Sizer): Receipt | undefined {
  const format = parts.formats.find(({ name }) => name === job.format);
  if (!format) return undefined;
  const { at, endedAt, newestAt, tenant, project, complete, usages } = job;
  const reading = readable(job.received, format);
  if (!reading) return recordUnread(job, parts);
  const { document, conversation, key } = reading;
  const model = conversation.model || job.model;
  const received = format.segments(document);
  const { entry, prompt, replaced } = account(
    {
      at,
      endedAt,
      newestAt,
      tenant,
      project,
      format: format.name,
      model,
      conversation: key,
      road: roadOf(job, conversation, key, parts),
      complete,
      usages,
      storing: job.storing,
      saved: savedBy(job.notes, conversation),
      received,
      sent: job.sent ? format.segments(JsonDocument.parse(job.sent)) : received,
    },
    {
      memory: parts.stores.ledger(),
      facts: parts.models.find(model, dayOf(at)),
      cacheKind: format.cacheKind,
      sizer,
    },
  );
  parts.stores.ledger().record(entry, prompt, replaced);
  return { tenant, conversation: key, bust: entry.bust, froze: entry.froze, model, bill: billOf(entry) };
}

function readable(body: Uint8Array | undefined, format: WireFormat): Reading | undefined {
  try {
    return body && readingOf(body, format);
  } catch {
    return undefined;
  }
}

/** Passed unread, and paid for all the same. */
function recordUnread(
  { at, tenant, project, format, model, complete, usages }: AccountJob,
  { stores, models }: AccountParts,
): Receipt {
  const known = { at, tenant, project, format, model, complete, conversation: '', road: 'passed', saved: [] } as const;
  const entry = accountUnread(known, usages, models.find(model, dayOf(at)));
  stores.ledger().record(entry, undefined, []);
  return { tenant, conversation: '', bust: undefined, froze: false, model, bill: billOf(entry) };
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function billOf({ usage, rates, storage }: LedgerEntry): number | undefined {
  return usage && rates && costOf(usage, rates) + (storage?.dollars ?? 0);
}

/** A conversation that had begun before there was a holdout is none of it. */
function roadOf(
  { road, tenant, sent }: AccountJob,
  { continues }: Conversation,
  key: string,
  { holdout }: AccountParts,
): Road {
  const isHeld = road === 'shortened' && continues === undefined && isHeldOut(holdout, tenant, key);
  return isHeld && sent === undefined ? 'held out' : road;
}

const BEFORE = 'sent before';

/** A part counts once, as it went out at last, however many steps had a hand in it. */
function savedBy(notes: readonly Note[], { parts }: Conversation): readonly SavedBy[] {
  const last = new Map(notes.filter(({ part }) => part !== undefined).map((note) => [note.part!, note]));
  const sums = new Map<string, SavedBy>();
  for (const { part, outcome, by, tokensBefore, tokensAfter } of last.values()) {
    const tool = parts[part!]?.call?.name ?? '';
    const kind = outcome === 'replayed' ? BEFORE : by;
    const key = `${tool} ${kind}`;
    const tokens = tokensBefore - tokensAfter + (sums.get(key)?.tokens ?? 0);
    sums.set(key, { tool, kind, tokens });
  }
  return [...sums.values()];
}
