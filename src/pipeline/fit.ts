/**
 * Makes a conversation fit its model's window when it would not: its results are said shorter, then the least worthy are
 * left out, in one step far enough down that many turns follow before the next. Every step is pinned as a whole and goes
 * out the same from then on. Only where originals can be fetched. Reasoning that was signed over what is left out may be
 * refused by its provider: then the request goes out once more without it (mend.ts).
 */
import type { Conversation, Part } from '../core/conversation.ts';
import type { Rewrite } from '../core/edit.ts';
import { HeadroomError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { deadlineIn } from '../core/deadline.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import { writeMarker } from '../core/marker.ts';
import type { ModelFacts, ModelTable } from '../core/model.ts';
import type { Transform } from '../core/transform.ts';
import { isLeftOut, leaveOut, type LeftOut } from '../transforms/context-fitter/context-fitter.ts';
import { newestExchanges } from '../transforms/context-fitter/units.ts';
import { accept } from './accept.ts';
import type { Chain } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';
import type { Sizes } from './sizes.ts';

export interface FitParts {
  /** Says results shorter before any is left out. */
  readonly shorten: Transform;
  readonly models: ModelTable;
  /** Counts as the model's tokenizer does, each text once. */
  readonly sizesBy: (model: Pick<ModelFacts, 'tokenizer' | 'calibration'>) => Sizes;
  /** Of the window, where a step goes down to. */
  readonly lowWater: number;
  /** For a step, beside what other decisions may take, in milliseconds. */
  readonly limitMs: number;
  /** Nothing new is left out; what was stays so. */
  readonly isOff?: boolean;
}

/** A request that is longer than its model reads, whatever is left out. */
export interface Overflow {
  readonly tokens: number;
  readonly limitTokens: number;
}

/**
 * Begins as providers' own errors do, which clients know as the sign to compact a conversation.
 * @param off how it is sent as it is.
 */
export function doesNotFit({ tokens, limitTokens }: Overflow, off: string): HeadroomError {
  const message = `prompt is too long: ${tokens} tokens > ${limitTokens} maximum, with every result left out that may be left out. Start a new conversation, let the client compact this one, or choose a model that reads more. (${off} sends it as it is.)`;
  return new HeadroomError('DOES_NOT_FIT', message);
}

export interface Fitted {
  readonly conversation: Conversation;
  readonly overflow: Overflow | undefined;
  /**
   * Where something is left out that was not, or is said shorter: keeps that for good. What goes out then: where another
   * worker made the step first, that one.
   */
  readonly pin?: () => Conversation;
}

/** One step, as it is pinned. */
interface Step {
  /** What the chain said at the end of the request: the step holds for conversations that go on from there. */
  readonly at: string;
  /** For results by their place: what goes out. */
  readonly texts: Readonly<Record<string, string>>;
  /** For calls by their id: of which texts what goes out. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a step goes down to. */
interface Goal {
  readonly sizes: Sizes;
  readonly tokens: number;
}

const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;
/** More steps than any conversation takes. */
const MAX_STEPS = 100;
const MAX_ROUNDS = 3;

export class Fitting {
  readonly #context: OptimizeContext;
  readonly #parts: FitParts;
  readonly #chain: Chain;
  readonly #start: string;
  readonly #notes: Note[];
  #steps = 0;

  /** @param conversation its key. */
  constructor(conversation: string, chain: Chain, context: OptimizeContext, parts: FitParts, notes: Note[]) {
    this.#context = context;
    this.#parts = parts;
    this.#chain = chain;
    this.#notes = notes;
    this.#start = `fit ${context.tenant} ${conversation}`;
  }

  /** After `recall`: something was left out in this conversation before. */
  get isStepped(): boolean {
    return this.#steps > 0;
  }

  /** The conversation with what earlier steps said, for good. */
  recall(conversation: Conversation): Conversation {
    const steps: Step[] = [];
    try {
      for (; this.#steps < MAX_STEPS; this.#steps++) {
        const kept = this.#context.sentLog.recall([this.#key(this.#steps)])[0]?.text;
        if (kept === undefined) break;
        steps.push(JSON.parse(kept) as Step);
      }
    } catch (error) {
      this.#notes.push(failure('context-fitter', error));
    }
    if (steps.length === 0) return conversation;
    const points = new Set([...this.#chain.turns, this.#chain.end]);
    return steps
      .filter(({ at }) => points.has(at))
      .reduce((stepped, step) => this.#withStep(stepped, step), conversation);
  }

  /** The conversation as it fits, or as it is where it does, or where nothing may be left out. */
  fit(conversation: Conversation, bodyBytes: number): Fitted {
    const { models, sizesBy, lowWater, isOff } = this.#parts;
    const asIs = { conversation, overflow: undefined };
    if (isOff) return asIs;
    const facts = models.find(conversation.model || (this.#context.model ?? ''));
    const window = facts && this.#limitFor(conversation, facts);
    if (!facts || window === undefined) return asIs;
    const sizes = sizesBy(facts);
    const { beside = [] } = this.#context;
    const bytes = beside.reduce((sum, text) => sum + Buffer.byteLength(text), bodyBytes);
    if (sizes.isSurelyBelow(bytes, window)) return asIs;
    const limitTokens = beside.reduce((tokens, text) => tokens - sizes.tokenizer.count(text), window);
    if (limitTokens <= 0 || sizes.of(conversation) <= limitTokens) return asIs;
    const goal: Goal = { sizes, tokens: Math.floor(limitTokens * lowWater) };
    const isHopeless = (one: Conversation): boolean => sizes.of(one) * (1 - sizes.tokenizer.error) > limitTokens;
    let fitted = conversation;
    if (this.#mayLeaveOut(conversation)) {
      // The newest stay whole: the next answer is about them. Before nothing goes out at all, they are shorter too.
      fitted = this.#shorter(conversation, goal, newestExchanges(conversation));
      if (isHopeless(fitted)) fitted = this.#shorter(conversation, goal, new Set());
    }
    return {
      conversation: fitted,
      overflow: isHopeless(fitted) ? { tokens: sizes.of(fitted), limitTokens } : undefined,
      ...(fitted !== conversation && { pin: () => this.#pinned(fitted) }),
    };
  }

  /** Of the input. */
  #limitFor({ windowTokens = 0, maxOutputTokens = 0 }: Conversation, facts: ModelFacts): number | undefined {
    const window = facts.window && Math.max(facts.window, windowTokens, this.#context.windowTokens ?? 0);
    return window && window - (facts.outputInWindow ? maxOutputTokens : 0);
  }

  #mayLeaveOut({ keepsResults, continues }: Conversation): boolean {
    return this.#context.policy.allowLoss && keepsResults && continues === undefined;
  }

  /** @param whole turns whose results are not shortened. */
  #shorter(conversation: Conversation, { sizes, tokens: target }: Goal, whole: ReadonlySet<number>): Conversation {
    let open = conversation.parts.map((part): Part => {
      if (part.kind !== 'tool-result' || isLeftOut(part)) return part;
      // From the source: nothing may speak of what is not there any more.
      return { ...part, text: part.source, frozen: whole.has(part.turn) };
    });
    const policy = { ...this.#context.policy, level: 'aggressive' as const };
    const context = { ...this.#context, policy, deadline: deadlineIn(this.#parts.limitMs) };
    let shorter = this.#routed({ ...conversation, parts: open }, context);
    const said = new Set<string>();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const excess = sizes.of(shorter) - target;
      if (excess <= 0) break;
      const left = leaveOut(this.#leavable(shorter), excess, sizes.tokenizer, this.#context.importance).filter(
        (one) => !said.has(nameOf(one)),
      );
      if (left.length === 0) break;
      for (const one of left) said.add(nameOf(one));
      open = this.#without(open, left);
      // What referred to a text that is left out now is said anew.
      shorter = this.#routed({ ...conversation, parts: open }, context);
    }
    // Where nothing more can be left out, what was said stays as it is.
    return said.size === 0 && this.#steps > 0 ? conversation : shorter;
  }

  #leavable(conversation: Conversation): Conversation {
    if (!this.#context.keepsCalls) return conversation;
    const parts = conversation.parts.map(({ call, ...part }): Part => {
      return part.kind === 'tool-call' || !call ? part : { ...part, call };
    });
    return { ...conversation, parts };
  }

  #without(parts: readonly Part[], left: readonly LeftOut[]): Part[] {
    const byPart = Map.groupBy(left, ({ part }) => part.index);
    const calls = new Map<string, Record<string, string>>();
    const results = new Map<number, string>();
    for (const [index, pieces] of byPart) {
      for (const { part, key, source, text } of pieces) {
        const stub = `${text}\n${writeMarker(this.#keep(source))}`;
        this.#notes.push({ ...UNCOUNTED, part: index, outcome: 'left out', by: 'context-fitter', reason: text });
        if (key === undefined) results.set(index, stub);
        else calls.set(part.call!.id, { ...calls.get(part.call!.id), [key]: stub });
      }
    }
    return parts.map((part): Part => {
      const stub = results.get(part.index);
      const shorter = withCall(part, calls);
      return stub === undefined ? shorter : { ...shorter, text: stub, frozen: true };
    });
  }

  #keep(source: string): string {
    return this.#context.isSent ? this.#context.originals.put(source) : hashOf(source);
  }

  #routed(conversation: Conversation, context: OptimizeContext): Conversation {
    const texts = new Map<number, string>();
    const plan = this.#parts.shorten.plan(conversation, context);
    for (let step = plan.next(); !step.done; ) {
      const edit = step.value.kind === 'rewrite' ? accept(step.value, context) : undefined;
      const accepted = typeof edit === 'object' ? (edit.edit as Rewrite) : undefined;
      if (accepted) texts.set(accepted.part.index, accepted.text);
      step = plan.next(accepted);
    }
    const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
    return { ...conversation, parts };
  }

  #pinned(conversation: Conversation): Conversation {
    const texts: Record<string, string> = {};
    const calls: Record<string, Record<string, string>> = {};
    for (const { kind, index, text, call, input } of conversation.parts) {
      const place = this.#chain.results.get(index)?.place;
      if (kind === 'tool-result' && place !== undefined) texts[place] = text;
      if (kind === 'tool-call' && call && input !== undefined) calls[call.id] = changesIn(call.input, input);
    }
    const step: Step = { at: this.#chain.end, texts, calls };
    const pin = { ...COUNTS, key: this.#key(this.#steps), text: JSON.stringify(step) };
    try {
      const [held] = this.#context.sentLog.pin([pin]);
      return held!.text === pin.text ? conversation : this.#withStep(conversation, JSON.parse(held!.text!) as Step);
    } catch (error) {
      this.#notes.push(failure('sent-log', error));
      return conversation;
    }
  }

  #withStep(conversation: Conversation, { texts, calls }: Step): Conversation {
    const byId = new Map(Object.entries(calls));
    const parts = conversation.parts.map((part): Part => {
      const place = this.#chain.results.get(part.index)?.place;
      const text = place === undefined ? undefined : texts[place];
      const shorter = withCall(part, byId);
      return text === undefined ? shorter : { ...shorter, text, frozen: true };
    });
    return { ...conversation, parts };
  }

  #key(step: number): string {
    return hashOf(`${this.#start} ${step}`);
  }
}

function nameOf({ part, key = '' }: LeftOut): string {
  return `${part.index} ${key}`;
}

/** A call with some of its texts in few words, and its result with that call: no later text may refer to what is gone. */
function withCall(part: Part, calls: ReadonlyMap<string, Readonly<Record<string, string>>>): Part {
  const { kind, call } = part;
  const texts = call && calls.get(call.id);
  if (!call || !texts) return part;
  const input = { ...asObject(part.input ?? call.input), ...texts };
  return kind === 'tool-call' ? { ...part, input } : { ...part, call: { ...call, input } };
}

function changesIn(before: JsonValue, after: JsonValue): Record<string, string> {
  const was = asObject(before);
  const changed = Object.entries(asObject(after)).filter(([key, value]) => value !== was[key]);
  return Object.fromEntries(changed) as Record<string, string>;
}
