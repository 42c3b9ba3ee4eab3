/**
 * Shortens messages without sending them anywhere: the same decisions, kept for the same credential, as on the way to a
 * provider. The messages come back as they stand in the shortened body, never spelled anew.
 */
import { HeadroomError } from '../../core/errors.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { locate } from '../../core/json/locate.ts';
import { asObject } from '../../core/json/value.ts';
import type { App } from '../app.ts';
import { isBypass } from '../headers.ts';
import { tenantOf } from '../session.ts';
import type { Answer, Endpoint, Visit } from './endpoint.ts';
import { readJson } from './read-json.ts';

export const compress: Endpoint = {
  method: 'POST',
  path: /^\/v1\/compress$/,
  async answer(visit, app) {
    const document = await readJson(visit, app);
    const { messages, model, config } = asObject(document.value);
    if (messages === undefined) throw new HeadroomError('BAD_REQUEST', 'Missing required field: messages');
    if (!Array.isArray(messages)) throw new HeadroomError('BAD_REQUEST', 'The field messages must be an array.');
    if (isBypass(visit.headers) || app.profile === 'off' || messages.length === 0)
      return answer(document, NOTHING_DONE);
    if (typeof model !== 'string') throw new HeadroomError('BAD_REQUEST', 'Missing required field: model');
    const { default_mode: run, mode } = asObject(config);
    const isOffered = mode === 'ccr';
    const asked = { document: isOffered ? offering(document) : document, isSimulation: run === 'simulate', isOffered };
    return shorten(asked, visit, app);
  },
};

/** What gateways call it that offer the tool themselves wherever hashes come back: LiteLLM says `mode: ccr` then. */
const OFFERED = 'mcp__headroom__headroom_retrieve';

/** A request whose sender can fetch: it may have views. */
function offering(document: JsonDocument): JsonDocument {
  if (asObject(document.value)['tools'] !== undefined) return document;
  const tools = [{ type: 'function', name: OFFERED, function: { name: OFFERED } }];
  return JsonDocument.parse(document.apply([{ op: 'set', path: [], key: 'tools', value: tools }]));
}

interface Asked {
  readonly document: JsonDocument;
  readonly isSimulation: boolean;
  readonly isOffered: boolean;
}

async function shorten(
  { document, isSimulation, isOffered }: Asked,
  { headers, target }: Visit,
  app: App,
): Promise<Answer> {
  const { body, notes, totals, problem } = await app.optimizer.run({
    body: document.bytes,
    format: undefined,
    tenant: tenantOf(headers, target.query),
    intent: isSimulation ? 'ask' : 'send',
    isCounted: true,
  });
  // What cannot be read comes back as it is, and says so.
  if (!totals) return answer(document, { ...NOTHING_DONE, problem: problem ?? 'not counted' });
  const { tokensBefore, tokensAfter, originals } = totals;
  const changes = notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed');
  const shorter = body ? JsonDocument.parse(body) : document;
  // Nothing is kept for what is only tried; a tool is worth its tokens where the model is told of something to fetch.
  const named = isOffered ? originals.filter((hash) => shorter.text.includes(`hash=${hash}`)) : originals;
  return answer(shorter, {
    tokens_before: tokensBefore,
    tokens_after: tokensAfter,
    tokens_saved: tokensBefore - tokensAfter,
    compression_ratio: tokensBefore === 0 ? 1 : tokensAfter / tokensBefore,
    transforms_applied: [...new Set(changes.map(({ by }) => by))],
    ccr_hashes: isSimulation ? [] : [...new Set(named)],
  });
}

interface Account {
  readonly tokens_before: number;
  readonly tokens_after: number;
  readonly tokens_saved: number;
  readonly compression_ratio: number;
  readonly transforms_applied: readonly string[];
  readonly ccr_hashes: readonly string[];
  readonly problem?: string;
}

const NOTHING_DONE: Account = {
  tokens_before: 0,
  tokens_after: 0,
  tokens_saved: 0,
  compression_ratio: 1,
  transforms_applied: [],
  ccr_hashes: [],
};

/** The messages are cut out of the text, so that numbers and escapes stay as they are spelled. */
function answer({ text, value }: JsonDocument, account: Account): Answer {
  const [place] =
    asObject(value)['messages'] === undefined ? [] : locate(text, [{ path: ['messages'], isRemoved: false }]);
  const messages = place ? text.slice(place.start, place.end) : '[]';
  return { status: 200, body: `{"messages":${messages},${JSON.stringify(account).slice(1)}` };
}
