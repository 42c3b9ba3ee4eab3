/** What the library does with one input: makes a request of it, has that decided, and gives back the shape that came. */
import type { JsonObject } from '../core/json/value.ts';
import { compressors } from '../pipeline/defaults.ts';
import type { Job, Verdict } from '../pipeline/engine.ts';
import { expandText } from '../pipeline/expand.ts';
import { doesNotFit } from '../pipeline/fit.ts';
import { bodyOf, formOf, type OneForm } from '../pipeline/one-result.ts';
import type { Stores } from '../core/stores.ts';
import { hashOf } from '../core/hash.ts';
import { bytesOf, keepForm, parsed, quietly, type WayBack } from './engines.ts';
import type { Compressed, Setting } from './headroom.ts';
import type { CompressOptions, OutcomeEvent, RequestEvent } from './options.ts';
import { CompressedText, type Decision, type Figures, figures, type Simulation } from './results.ts';
import { hasRetrieveTool } from './retrieve-tool.ts';
import { blend, type Shape, shapeOf, textOf } from './shapes.ts';

/** How a request is sent as it is that is too long. */
export const FIT_OFF = "contextFit: 'off'";
const NOTHING = { hashes: [], compressed: false } as const;

export function compressed(input: unknown, options: CompressOptions, setting: Setting): Compressed {
  const shape = shapeOf(input, options.model, setting.engines.formats);
  if (shape) return compressedRequest(input, shape, options, setting);
  // An empty list may be a conversation that has not begun.
  if (Array.isArray(input) && input.length === 0)
    return { messages: input, ...figures({ before: 0, after: 0 }, [], NOTHING) };
  return compressedText(textOf(input), options, setting);
}

/** A text has no past that it must agree with: it is decided anew each time, which gives the same each time. */
function compressedText(
  text: string,
  options: CompressOptions,
  { engines, way = 'none', tenant }: Setting,
): CompressedText {
  const { stores } = engines;
  const body = bodyOf({ text, ...options });
  const formBy = (by: WayBack): OneForm => formOf(text, engines.run(by, jobOf('ask', options, tenant), body));
  let form = formBy(way);
  const isKept = form.text === text || keepOriginal(text, tenant, stores);
  // No view without its original.
  if (!isKept && form.hash !== undefined) form = formBy('none');
  quietly(() => keepForm(text, form.text, tenant, stores))(undefined);
  const isShorter = form.text !== text;
  const count = isShorter ? 0 : engines.tokenizer.count(text);
  const tokens = isShorter ? { before: form.tokensBefore, after: form.tokensAfter } : { before: count, after: count };
  const originals = isShorter ? { hashes: [hashOf(text)], compressed: true } : NOTHING;
  return new CompressedText(form.text, figures(tokens, form.by, originals), form.reason);
}

/** False where it cannot be found again after this process. */
function keepOriginal(text: string, tenant: string, stores: Stores): boolean {
  try {
    stores.originals(tenant).put(text);
    return true;
  } catch {
    return false;
  }
}

function compressedRequest(
  input: unknown,
  shape: Shape,
  options: CompressOptions,
  { engines, way, tenant, hooks, beside }: Setting,
): Compressed {
  const { format, body, key } = shape;
  const event = { api: format.name, model: modelOf(body) };
  const before = quietly((request: RequestEvent) => hooks.before?.(request))({ ...event, request: body });
  const request: JsonObject = before ?? body;
  const job = { ...jobOf('send', options, tenant), format: format.name, beside, keepsCalls: beside !== undefined };
  const verdict = engines.run(way ?? wayOf(request), job, bytesOf(request));
  if (verdict.overflow) throw doesNotFit(verdict.overflow, FIT_OFF);
  const said = figuresOf(verdict);
  quietly((outcome: OutcomeEvent) => hooks.after?.(outcome))({ ...event, ...said });
  const from = before ? (key === undefined ? before : before[key]) : input;
  const shorter = verdict.body ? parsed(verdict.body) : undefined;
  if (key !== undefined) return { messages: shorter ? blend(from, shorter[key]) : from, ...said };
  return { request: shorter ? blend(from, shorter) : from, ...said };
}

export function simulated(input: unknown, options: CompressOptions, { engines, way, tenant }: Setting): Simulation {
  const shape = shapeOf(input, options.model, engines.formats);
  const wayFor = (request: JsonObject): WayBack => engines.wayNow(way ?? wayOf(request));
  const job = jobOf('ask', options, tenant);
  const verdict = shape
    ? engines.run(wayFor(shape.body), { ...job, format: shape.format.name }, bytesOf(shape.body))
    : engines.run(wayFor({}), job, bodyOf({ text: textOf(input), ...options }));
  const decisions = verdict.parts.flatMap((part): Decision[] => {
    if (part.kind !== 'tool-result') return [];
    const note = verdict.notes.findLast((one) => one.part === part.index && one.outcome !== 'reported');
    return [
      {
        tool: shape || options.tool !== undefined ? part.call?.name : undefined,
        outcome: note?.outcome ?? 'left alone',
        by: note?.by ?? 'pipeline',
        reason: note?.reason ?? '',
        tokensBefore: note?.tokensBefore ?? 0,
        tokensAfter: note?.tokensAfter ?? 0,
        source: part.source,
        text: part.text,
      },
    ];
  });
  // What is tried is not kept.
  return { ...figuresOf(verdict), hashes: [], decisions };
}

export function expand(text: string): string | undefined {
  return expandText(text, compressors);
}

function jobOf(
  intent: 'send' | 'ask',
  { model, cacheAlign, responseFormat }: CompressOptions,
  tenant: string,
): Omit<Job, 'body'> {
  const aligns = cacheAlign === 'auto';
  return { format: undefined, model, tenant, intent, isCounted: true, aligns, responseFormat };
}

/** A request that has the tool can have views. */
function wayOf(request: JsonObject): WayBack {
  return hasRetrieveTool(request) ? 'tool' : 'none';
}

function modelOf({ model }: JsonObject): string {
  return typeof model === 'string' ? model : '';
}

/** Of all texts where they were counted, else of those that are shorter. */
export function figuresOf({ totals, notes, problem: unread, overflow }: Verdict): Figures {
  const problem = unread ?? (overflow && doesNotFit(overflow, FIT_OFF).message);
  const changes = notes.filter(({ outcome }) => outcome === 'rewritten' || outcome === 'replayed');
  const by = [...new Set(changes.map((note) => note.by))];
  if (totals) {
    const { tokensBefore: before, tokensAfter: after, originals } = totals;
    return figures({ before, after }, by, {
      hashes: [...new Set(originals)],
      compressed: originals.length > 0,
      problem,
    });
  }
  // A part counts once, as it went out at last.
  const last = [...new Map(changes.map((note) => [note.part, note])).values()];
  const before = last.reduce((sum, note) => sum + note.tokensBefore, 0);
  const after = last.reduce((sum, note) => sum + note.tokensAfter, 0);
  return figures({ before, after }, by, { hashes: [], compressed: last.length > 0, problem });
}
