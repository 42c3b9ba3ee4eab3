/** Why a conversation could not read what it had in the cache: the first piece that differs from its last request. */
import type { Bust } from '../core/ledger.ts';
import type { CacheRules } from '../core/model.ts';
import type { Usage } from '../core/wire-format.ts';
import { type Outcome, sharedPieces, tokensUpTo, type Trace } from './cache.ts';
import type { Past } from './remembered.ts';
import type { Piece, SizedPrompt } from './sizes.ts';

/** One of both: as the client sent it, or as it was sent on. */
export interface World {
  readonly prompt: SizedPrompt;
  readonly outcome: Outcome;
  readonly traceOf: (past: Past) => Trace;
}

export interface Scene {
  readonly at: number;
  readonly model: string;
  readonly rules: CacheRules;
  readonly scale: number;
}

/** So much of the input the provider may read less than it should before that is a miss of its own. */
const SLACK = 0.05;

/** @param pasts the conversation's own. @param usage what the provider says of this request. */
export function bustOf(
  sent: World,
  received: World,
  pasts: readonly Past[],
  usage: Usage | undefined,
  scene: Scene,
): Bust | undefined {
  const previous = previousOf(sent, pasts, scene.model);
  const miss = previous && missOf(sent, previous, scene);
  if (!miss) return unexplained(sent.outcome, usage, scene);
  return { ...miss, by: isClients(miss.cause, sent, received, previous) ? 'client' : 'headroom' };
}

/** The client's own bytes differ there too, or before; what it marks, and when it asks, is its own doing anyway. */
function isClients(cause: string, sent: World, received: World, previous: Past): boolean {
  if (cause === 'model' || cause === 'expiry') return true;
  const before = received.traceOf(previous).hashes;
  const shared = sharedPieces(before, received.prompt.hashes);
  if (shared === before.length) return false;
  const inSent = sharedPieces(sent.traceOf(previous).hashes, sent.prompt.hashes);
  return rankOf(received.prompt.pieces[shared]) <= rankOf(sent.prompt.pieces[inSent]);
}

const LEVELS: readonly Piece['level'][] = ['tools', 'system', 'settings', 'messages'];
const MOST_MESSAGES = 1_000_000;

/** Where a piece stands, whatever its neighbours were cut into. */
function rankOf(piece: Piece | undefined): number {
  return piece ? LEVELS.indexOf(piece.level) * MOST_MESSAGES + piece.message : Number.POSITIVE_INFINITY;
}

/** Requests of other kinds may begin with the same words: only one that has most of its pieces is of the same line. */
function previousOf({ prompt, traceOf }: World, pasts: readonly Past[], model: string): Past | undefined {
  const own = new Set(prompt.hashes);
  const scored = pasts
    .filter((past) => isKin(traceOf(past), own))
    .map((past) => ({
      past,
      isSameModel: past.model === model ? 1 : 0,
      shared: sharedPieces(traceOf(past).hashes, prompt.hashes),
    }));
  scored.sort((a, b) => b.isSameModel - a.isSameModel || b.shared - a.shared || b.past.at - a.past.at);
  return scored[0]?.past;
}

function isKin({ hashes }: Trace, own: ReadonlySet<string>): boolean {
  return hashes.length > 0 && hashes.filter((hash) => own.has(hash)).length * 2 >= hashes.length;
}

function missOf(
  { prompt, outcome, traceOf }: World,
  previous: Past,
  { at, model, rules, scale }: Scene,
): Pick<Bust, 'cause' | 'tokens'> | undefined {
  const { hashes, entries } = traceOf(previous);
  const last = entries.reduce<Trace['entries'][number] | undefined>(
    (far, entry) => (!far || entry.piece > far.piece ? entry : far),
    undefined,
  );
  if (!last) return undefined;
  const reach = Math.min(last.piece + 1, prompt.hashes.length);
  const tokens = tokensUpTo(prompt, reach, scale) - outcome.usage.cacheReadTokens;
  if (tokens < Math.max(rules.minimumTokens, rules.granularityTokens)) return undefined;
  if (previous.model !== model) return { cause: 'model', tokens };
  const shared = sharedPieces(hashes, prompt.hashes);
  // What has gone by itself nobody has lost by saying something else.
  if (entries.every(({ endsAt }) => endsAt <= at)) return { cause: 'expiry', tokens };
  if (shared <= last.piece) return { cause: nameOf(prompt.pieces[Math.min(shared, prompt.pieces.length - 1)]), tokens };
  return { cause: last.endsAt <= at ? 'expiry' : 'lookback', tokens };
}

function nameOf(piece: Piece | undefined): string {
  if (!piece) return 'messages';
  return piece.level === 'messages' ? `message ${piece.message}` : piece.level;
}

function unexplained({ usage: expected }: Outcome, usage: Usage | undefined, { rules }: Scene): Bust | undefined {
  if (!usage) return undefined;
  const tokens = expected.cacheReadTokens - usage.cacheReadTokens;
  const slack = Math.max(rules.minimumTokens, rules.granularityTokens, SLACK * expected.cacheReadTokens);
  return tokens > slack ? { cause: 'unexplained', by: 'provider', tokens } : undefined;
}
