/**
 * Makes a conversation fit its model's window when it would not: its results are said shorter, then the least worthy are
 * left out, in one step far enough down that many turns follow before the next. Every step is pinned as a whole and goes
 * out the same from then on. Never for signed history, and only where originals can be fetched.
 */
import type { Conversation, Part } from '../core/conversation.ts';
import type { Rewrite } from '../core/edit.ts';
import { hashOf } from '../core/hash.ts';
import { canonical } from '../core/json/canonical.ts';
import { writeMarker } from '../core/marker.ts';
import type { ModelTable } from '../core/model.ts';
import type { Transform } from '../core/transform.ts';
import { leaveOut } from '../transforms/context-fitter/context-fitter.ts';
import { newestExchanges } from '../transforms/context-fitter/units.ts';
import { accept } from './accept.ts';
import type { Chain } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';
import type { Sizes } from './sizes.ts';

export interface FitParts {
  readonly models: ModelTable;
  /** Counts as the named tokenizer does, each text once. */
  readonly sizesBy: (tokenizer: string) => Sizes;
  /** Of the window, where a step goes down to. */
  readonly lowWater: number;
}

/** A request that is longer than its model reads, whatever is left out. */
export interface Overflow {
  readonly tokens: number;
  readonly limitTokens: number;
}

export interface Fitted {
  readonly conversation: Conversation;
  readonly overflow: Overflow | undefined;
}

/** One step, as it is pinned. */
interface Step {
  /** What the chain said at the end of the request: the step holds for conversations that go on from there. */
  readonly at: string;
  /** For results by their place: what goes out. */
  readonly texts: Readonly<Record<string, string>>;
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

  constructor(received: Conversation, chain: Chain, context: OptimizeContext, parts: FitParts, notes: Note[]) {
    this.#context = context;
    this.#parts = parts;
    this.#chain = chain;
    this.#notes = notes;
    const first = received.turns.find(({ role }) => role !== 'system');
    const canon = { ignoredKeys: new Set<string>(), digest: hashOf };
    this.#start = hashOf(`fit ${context.tenant} ${first ? canonical([first.head, ...first.blocks], canon) : ''}`);
  }

  /** The conversation with what earlier steps said, for good. */
  recall(conversation: Conversation): Conversation {
    const points = new Set([...this.#chain.turns, this.#chain.end]);
    const texts = new Map<string, string>();
    try {
      for (; this.#steps < MAX_STEPS; this.#steps++) {
        const kept = this.#context.sentLog.recall([this.#key(this.#steps)])[0]?.text;
        if (kept === undefined) break;
        const step = JSON.parse(kept) as Step;
        if (points.has(step.at)) for (const [place, text] of Object.entries(step.texts)) texts.set(place, text);
      }
    } catch (error) {
      this.#notes.push(failure('context-fitter', error));
    }
    return texts.size === 0 ? conversation : this.#withTexts(conversation, texts);
  }

  /** The conversation as it fits, or as it is where it does, or where nothing may be left out. */
  fit(conversation: Conversation, router: Transform): Fitted {
    const { models, sizesBy, lowWater } = this.#parts;
    const facts = models.find(conversation.model);
    const limitTokens =
      facts?.window && facts.window - (facts.outputInWindow ? (conversation.maxOutputTokens ?? 0) : 0);
    if (!facts || limitTokens === undefined || limitTokens <= 0) return { conversation, overflow: undefined };
    const sizes = sizesBy(facts.tokenizer);
    if (sizes.isSurelyBelow(conversation, limitTokens)) return { conversation, overflow: undefined };
    const tokens = sizes.of(conversation);
    if (tokens <= limitTokens) return { conversation, overflow: undefined };
    const fitted = this.#mayLeaveOut(conversation)
      ? this.#shorter(conversation, router, sizes, Math.floor(limitTokens * lowWater))
      : conversation;
    const after = sizes.of(fitted);
    const isHopeless = after * (1 - sizes.tokenizer.error) > limitTokens;
    return { conversation: fitted, overflow: isHopeless ? { tokens: after, limitTokens } : undefined };
  }

  #mayLeaveOut({ parts, keepsResults, continues }: Conversation): boolean {
    const { allowLoss } = this.#context.policy;
    return allowLoss && keepsResults && continues === undefined && !parts.some((part) => part.isSigned);
  }

  #shorter(conversation: Conversation, router: Transform, sizes: Sizes, target: number): Conversation {
    const newest = newestExchanges(conversation);
    const open = conversation.parts.map((part): Part => {
      if (part.kind !== 'tool-result') return part;
      // The newest stay whole: nothing in them may speak of what is not there any more.
      return { ...part, text: part.source, frozen: newest.has(part.turn) };
    });
    const stubs = new Map<number, string>();
    let shorter = this.#routed({ ...conversation, parts: open }, router);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const excess = sizes.of(shorter) - target;
      if (excess <= 0) break;
      const left = leaveOut(shorter, excess, sizes.tokenizer).filter(({ part }) => !stubs.has(part.index));
      if (left.length === 0) break;
      for (const { part, text } of left) {
        stubs.set(part.index, `${text}\n${writeMarker(this.#keep(part.source))}`);
        this.#notes.push({ ...UNCOUNTED, part: part.index, outcome: 'left out', by: 'context-fitter', reason: text });
      }
      const parts = open.map((part) => {
        const stub = stubs.get(part.index);
        return stub === undefined ? part : { ...part, text: stub, frozen: true };
      });
      // What referred to a text that is left out now is said anew.
      shorter = this.#routed({ ...conversation, parts }, router);
    }
    return this.#pinned(shorter);
  }

  #keep(source: string): string {
    return this.#context.isSent ? this.#context.originals.put(source) : hashOf(source);
  }

  #routed(conversation: Conversation, router: Transform): Conversation {
    const context = { ...this.#context, policy: { ...this.#context.policy, level: 'aggressive' as const } };
    const texts = new Map<number, string>();
    const plan = router.plan(conversation, context);
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
    for (const { kind, index, text } of conversation.parts) {
      const place = this.#chain.results.get(index)?.place;
      if (kind === 'tool-result' && place !== undefined) texts[place] = text;
    }
    if (!this.#context.isSent) return conversation;
    const step: Step = { at: this.#chain.end, texts };
    const pin = { ...COUNTS, key: this.#key(this.#steps), text: JSON.stringify(step) };
    const [held] = this.#context.sentLog.pin([pin]);
    // Another worker may have made the step first.
    return this.#withTexts(conversation, new Map(Object.entries((JSON.parse(held!.text!) as Step).texts)));
  }

  #withTexts(conversation: Conversation, texts: ReadonlyMap<string, string>): Conversation {
    const parts = conversation.parts.map((part): Part => {
      const place = this.#chain.results.get(part.index)?.place;
      const text = place === undefined ? undefined : texts.get(place);
      return text === undefined ? part : { ...part, text, frozen: true };
    });
    return { ...conversation, parts };
  }

  #key(step: number): string {
    return hashOf(`${this.#start} ${step}`);
  }
}
