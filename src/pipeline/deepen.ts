/**
 * Says the history of a conversation shorter once its provider's cache has certainly gone: all of it is written anew
 * anyway. That it has gone is a recorded fact (the ledger's, of the request before) held against the time at which this
 * request came; what follows is pinned as a step, and goes out the same from then on, in every process. Never where
 * reasoning is signed over it. What shows a file keeps the level that it had.
 */
import type { Conversation, Part } from '../core/conversation.ts';
import type { Rewrite } from '../core/edit.ts';
import { deadlineIn } from '../core/deadline.ts';
import { hashOf } from '../core/hash.ts';
import type { CacheMemory } from '../core/ledger.ts';
import type { ModelTable } from '../core/model.ts';
import type { Pin } from '../core/sent-log.ts';
import type { Transform } from '../core/transform.ts';
import { lastUses } from '../ledger/last-uses.ts';
import { accept } from './accept.ts';
import type { Chain } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note } from './note.ts';

export interface DeepenParts {
  readonly shorten: Transform;
  readonly models: ModelTable;
  /** The ledger's: when what was sent last has gone. */
  readonly memory: () => CacheMemory;
  /** For a step, beside what other decisions may take, in milliseconds. */
  readonly limitMs: number;
  /** Nothing new is deepened; what was stays so. */
  readonly isOff: boolean;
}

/** One step, as it is pinned; its texts are pinned beside it. */
interface Step {
  /** What the chain said before the newest turns of the request: the step holds for conversations that go on from there. */
  readonly at: string;
  /** Of the texts that it brought: two processes that made the step at once have but one. */
  readonly id: string;
}

/** Clocks of several machines differ, and providers keep things a little longer than they say. */
const MARGIN_MS = 60_000;
/** Less is not worth a step. */
const LEAST_SAVED_TOKENS = 256;
const MAX_STEPS = 8;
/** What is that young is what the next answers are about. */
const YOUNG_TURNS = 20;
const COUNTS = { tokensBefore: 0, tokensAfter: 0 } as const;

export class Deepening {
  readonly #newestTurn: number;
  readonly #conversation: () => string;
  readonly #chain: Chain;
  readonly #context: OptimizeContext;
  readonly #notes: Note[];
  #steps: Step[] = [];
  /** How the history was said without any step. */
  #undeepened: ReadonlyMap<number, string> = new Map();

  /** @param conversation its key. */
  constructor(
    { turns }: Conversation,
    conversation: () => string,
    chain: Chain,
    context: OptimizeContext,
    notes: Note[],
  ) {
    this.#newestTurn = turns.findLastIndex(({ role }) => role === 'assistant') + 1;
    this.#conversation = conversation;
    this.#chain = chain;
    this.#context = context;
    this.#notes = notes;
  }

  /** What the chain says before the newest turns: those behind the last answer of the model. */
  get newestAt(): string {
    return this.#chain.turns[this.#newestTurn] ?? this.#chain.end;
  }

  /** The conversation as the last step that holds for it said it. */
  recall(conversation: Conversation): Conversation {
    const { deepening, sentLog } = this.#context;
    const history = this.#history(conversation);
    if (!deepening || !history.some(({ frozen }) => frozen)) return conversation;
    this.#undeepened = new Map(history.map(({ index, text }) => [index, text]));
    try {
      const keys = Array.from({ length: MAX_STEPS }, (_, step) => this.#stepKey(step));
      this.#steps = sentLog
        .recall(keys)
        .flatMap((pin) => (pin?.text === undefined ? [] : [JSON.parse(pin.text) as Step]));
      const points = new Set([...this.#chain.turns, this.#chain.end]);
      const step = this.#steps.findLast(({ at }) => points.has(at));
      return step ? this.#withStep(conversation, step) : conversation;
    } catch (error) {
      this.#notes.push(failure('deepening', error));
      return conversation;
    }
  }

  /**
   * The conversation with its history said shorter, where its cache has gone; else as it is.
   * @param isFitted it was made to fit its model's window: then it is as short as this would make it.
   */
  deepen(conversation: Conversation, isFitted = false): Conversation {
    if (isFitted) return conversation;
    try {
      return this.#mayDeepen(conversation) && this.#isCold(conversation) ? this.#deepened(conversation) : conversation;
    } catch (error) {
      this.#notes.push(failure('deepening', error));
      return conversation;
    }
  }

  #mayDeepen({ parts, keepsResults, continues }: Conversation): boolean {
    const { deepening, isRestrained, isSent, policy } = this.#context;
    if (!deepening || deepening.isOff || isRestrained || !isSent || this.#steps.length >= MAX_STEPS) return false;
    if (policy.level !== 'balanced' || !policy.allowLoss || !keepsResults || continues !== undefined) return false;
    if (this.#steps.some(({ at }) => at === this.newestAt)) return false;
    const results = parts.filter(({ kind }) => kind === 'tool-result');
    // A newest result that was sent before may refer to the history as it is.
    const isHistoryOnly = results.every(({ frozen, turn }) => frozen === turn < this.#newestTurn);
    return isHistoryOnly && results.some(({ frozen }) => frozen) && !parts.some(({ isSigned }) => isSigned);
  }

  /** Where caches have lifetimes that hold, and all that this conversation sent here has outlived them. */
  #isCold({ model, turns }: Conversation): boolean {
    const { at, deepening, tenant } = this.#context;
    if (at === undefined || !deepening) return false;
    const facts = deepening.models.find(model || (this.#context.model ?? ''));
    if (facts?.cache.kind !== 'breakpoints') return false;
    const uses = lastUses(deepening.memory(), tenant, this.#conversation());
    // The answer before this request must have been asked for here: else somebody may have warmed it since.
    const before = turns.findLastIndex(({ role }, index) => role === 'assistant' && index < this.#newestTurn - 1);
    const asked = this.#chain.turns[before + 1];
    return uses.some(({ newestAt }) => newestAt === asked) && uses.every(({ warmUntil }) => warmUntil + MARGIN_MS < at);
  }

  #deepened(conversation: Conversation): Conversation {
    const older = { level: 'aggressive' as const, beforeTurn: this.#newestTurn - YOUNG_TURNS };
    const policy = { ...this.#context.policy, older };
    const deadline = deadlineIn(this.#context.deepening!.limitMs);
    const context = { ...this.#context, policy, deadline };
    const open = conversation.parts.map((part): Part => {
      if (part.kind !== 'tool-result') return part;
      return { ...part, text: part.source, frozen: part.turn >= this.#newestTurn };
    });
    const made = new Map<number, Omit<Pin, 'key'>>();
    const plan = this.#context.deepening!.shorten.plan({ ...conversation, parts: open }, context);
    for (let step = plan.next(); !step.done; ) {
      const accepted = step.value.kind === 'rewrite' ? accept(step.value, context) : undefined;
      const edit = typeof accepted === 'object' ? (accepted.edit as Rewrite) : undefined;
      if (edit && typeof accepted === 'object') {
        const { tokensBefore, tokensAfter } = accepted;
        made.set(edit.part.index, { text: edit.text, tokensBefore, tokensAfter });
      }
      step = plan.next(edit);
    }
    // What was not reached in time would go out in full.
    deadline.check();
    const history = this.#history(conversation).map((part) => ({ part, pin: made.get(part.index) ?? LEFT_ALONE }));
    const saved = history.reduce((sum, { part, pin }) => sum + this.#savedBy(part, pin.text ?? part.source), 0);
    if (saved < LEAST_SAVED_TOKENS) return conversation;
    // A step stands for all steps before it.
    const changed = history.filter(({ part, pin }) => (pin.text ?? part.source) !== this.#undeepened.get(part.index));
    return this.#pinned(conversation, changed);
  }

  #savedBy({ text: before }: Part, after: string): number {
    const { tokenizer } = this.#context;
    return before === after ? 0 : tokenizer.count(before) - tokenizer.count(after);
  }

  #pinned(
    conversation: Conversation,
    changed: readonly { readonly part: Part; readonly pin: Omit<Pin, 'key'> }[],
  ): Conversation {
    const id = hashOf(changed.map(({ part, pin }) => `${this.#place(part)} ${hashOf(pin.text ?? '')}`).join('\n'));
    const step: Step = { at: this.newestAt, id };
    const texts = changed.map(({ part, pin }) => ({ ...pin, key: this.#textKey(id, part) }));
    const own = { ...COUNTS, key: this.#stepKey(this.#steps.length), text: JSON.stringify(step) };
    // Another worker may have made a step first: then that one holds, where it is one of this conversation's.
    const held = JSON.parse(this.#context.sentLog.pin([...texts, own]).at(-1)!.text!) as Step;
    return held.at === step.at ? this.#withStep(conversation, held) : conversation;
  }

  #withStep(conversation: Conversation, { at, id }: Step): Conversation {
    const end = this.#chain.turns.indexOf(at);
    const history = this.#history(conversation).filter(({ turn }) => end < 0 || turn < end);
    const pins = this.#context.sentLog.recall(history.map((part) => this.#textKey(id, part)));
    const texts = new Map(history.flatMap((part, index) => (pins[index] ? [[part.index, pins[index]] as const] : [])));
    const parts = conversation.parts.map((part): Part => {
      const pin = texts.get(part.index);
      if (!pin) return { ...part, text: this.#undeepened.get(part.index) ?? part.text };
      const { text = part.source, tokensBefore, tokensAfter } = pin;
      const by = 'deepening';
      this.#notes.push({
        part: part.index,
        outcome: 'replayed',
        by,
        reason: 'said shorter',
        tokensBefore,
        tokensAfter,
      });
      return { ...part, text, frozen: true };
    });
    return { ...conversation, parts };
  }

  /** Results that were sent before, as far as one can see it by where they stand. */
  #history({ parts }: Conversation): readonly Part[] {
    return parts.filter(({ kind, turn, index }) => {
      return kind === 'tool-result' && turn < this.#newestTurn && this.#chain.results.has(index);
    });
  }

  #place({ index }: Part): string {
    return this.#chain.results.get(index)!.place;
  }

  #textKey(id: string, part: Part): string {
    return hashOf(`deepened ${this.#context.tenant} ${id} ${this.#place(part)}`);
  }

  #stepKey(step: number): string {
    return hashOf(`deepen ${this.#context.tenant} ${this.#conversation()} ${step}`);
  }
}

const LEFT_ALONE = { text: undefined, tokensBefore: 0, tokensAfter: 0 } as const;
