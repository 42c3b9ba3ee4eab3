/**
 * Shortens messages without sending them anywhere: the same decisions, kept for the same credential, as on the way to a
 * provider. The messages come back as they stand in the shortened body, never spelled anew.
 */
import type { Part } from '../../core/conversation.ts';
import { HeadroomError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { JsonDocument } from '../../core/json/document.ts';
import { locate } from '../../core/json/locate.ts';
import { asObject } from '../../core/json/value.ts';
import type { Verdict } from '../../pipeline/engine.ts';
import type { App } from '../app.ts';
import { estimate } from '../../tokenizers/estimate.ts';
import { savingOf } from '../exchanges.ts';
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
    const isSimulation = asObject(config)['default_mode'] === 'simulate';
    return shorten(document, isSimulation, visit, app);
  },
};

async function shorten(
  document: JsonDocument,
  isSimulation: boolean,
  { headers, target }: Visit,
  app: App,
): Promise<Answer> {
  const job = { body: document.bytes, format: undefined, tenant: tenantOf(headers, target.query) };
  const sent = isSimulation ? undefined : await app.optimizer.run({ ...job, intent: 'send' });
  // Asking tells the parts; what was just pinned comes out the same.
  const asked = await app.optimizer.run({ ...job, intent: 'ask' });
  const verdict = sent ?? asked;
  // What cannot be read comes back as it is, and says so.
  if (verdict.problem !== undefined) return answer(document, { ...NOTHING_DONE, problem: verdict.problem });
  const shorter = verdict.body ? JsonDocument.parse(verdict.body) : document;
  const totals = totalsOf(verdict, asked.parts);
  return answer(shorter, isSimulation ? { ...totals, ccr_hashes: [] } : totals);
}

interface Totals {
  readonly tokens_before: number;
  readonly tokens_after: number;
  readonly tokens_saved: number;
  readonly compression_ratio: number;
  readonly transforms_applied: readonly string[];
  readonly ccr_hashes: readonly string[];
  readonly problem?: string;
}

const NOTHING_DONE: Totals = {
  tokens_before: 0,
  tokens_after: 0,
  tokens_saved: 0,
  compression_ratio: 1,
  transforms_applied: [],
  ccr_hashes: [],
};

/** Parts that did not change are not worth an exact count: their share of both totals is estimated. */
function totalsOf(verdict: Verdict, parts: readonly Part[]): Totals {
  const saving = savingOf(verdict);
  const unchanged = parts.filter((part) => part.text === part.source);
  const estimated = unchanged.reduce((sum, part) => sum + estimate.count(part.source), 0);
  const before = estimated + saving.tokensBefore;
  const after = estimated + saving.tokensAfter;
  const changes = verdict.notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed');
  const originals = parts.filter((part) => part.text !== part.source).map((part) => hashOf(part.source));
  return {
    tokens_before: before,
    tokens_after: after,
    tokens_saved: before - after,
    compression_ratio: before === 0 ? 1 : after / before,
    transforms_applied: [...new Set(changes.map(({ by }) => by))],
    ccr_hashes: [...new Set(originals)],
  };
}

/** The messages are cut out of the text, so that numbers and escapes stay as they are spelled. */
function answer({ text, value }: JsonDocument, totals: Totals): Answer {
  const [place] =
    asObject(value)['messages'] === undefined ? [] : locate(text, [{ path: ['messages'], isRemoved: false }]);
  const messages = place ? text.slice(place.start, place.end) : '[]';
  return { status: 200, body: `{"messages":${messages},${JSON.stringify(totals).slice(1)}` };
}
