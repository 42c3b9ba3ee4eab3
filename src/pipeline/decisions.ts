/**
 * The sent log as one request sees it: what was decided before is recalled and frozen, what is decided now is pinned
 * before it leaves. A log out of reach costs nothing but the certainty: the same pure decisions are made again.
 */
import type { Conversation, Part } from '../core/conversation.ts';
import { hashOf } from '../core/hash.ts';
import type { Pin } from '../core/sent-log.ts';
import type { PartAddress } from './chain.ts';
import type { OptimizeContext } from './context.ts';
import { failure, type Note, UNCOUNTED } from './note.ts';

/** The keys that one part is pinned under. */
interface Keys {
  readonly own: string;
  /**
   * Signed reasoning proves that its conversation was sent before, also after the client's token was renewed: such
   * conversations find their decisions without the tenant.
   */
  readonly signed: string;
  /** Says only that this result was decided here, wherever it stood. */
  readonly seen: string;
  /** Of a result that came while the provider held all before it: such a history may come whole later. */
  readonly held: string;
}

export class Decisions {
  readonly #context: OptimizeContext;
  readonly #notes: Note[];
  readonly #keys: ReadonlyMap<number, Keys>;
  readonly #isSigned: boolean;
  /** The provider holds what stands before this request. */
  readonly #isHeld: boolean;
  /** A whole history may go on from what only warmed its connection up. */
  readonly #showsHistory: boolean;
  /** Parts that the log has under all their keys. */
  readonly #known = new Set<number>();
  #isUnknown = false;

  constructor(
    { turns, parts, continues }: Conversation,
    addresses: ReadonlyMap<number, PartAddress>,
    context: OptimizeContext,
    notes: Note[],
  ) {
    this.#context = context;
    this.#notes = notes;
    this.#isSigned = parts.some((part) => part.isSigned);
    this.#isHeld = continues !== undefined;
    this.#showsHistory = !this.#isHeld || turns.some(({ role }) => role === 'assistant');
    this.#keys = new Map(Array.from(addresses, ([index, { place, result }]) => [index, this.#keysOf(place, result)]));
  }

  /** After `recall`: signed history with results of which the log knows none, in no place. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  /** The conversation with everything frozen that was sent before, here or, as its signatures show, past us. */
  recall(conversation: Conversation): Conversation {
    if (this.#keys.size === 0) return conversation;
    const pins = new Map<number, Pin>();
    const seen = new Set<number>();
    try {
      this.#lookUp(pins, seen);
    } catch (error) {
      this.#notes.push(failure('sent-log', error));
      return conversation;
    }
    const historyEnd = this.#isSigned ? historyEndOf(conversation, pins.size > 0) : 0;
    const isHistory = ({ index, kind }: Part): boolean => kind === 'tool-result' && index < historyEnd;
    this.#isUnknown = pins.size === 0 && seen.size === 0 && conversation.parts.some(isHistory);
    const parts = conversation.parts.map((part): Part => {
      const pin = pins.get(part.index);
      if (pin) {
        if (pin.text !== undefined) this.#notes.push(replayed(part, pin));
        return { ...part, text: pin.text ?? part.source, frozen: true };
      }
      if (!isHistory(part) || seen.has(part.index)) return part;
      this.#notes.push({ ...UNCOUNTED, ...SENT_ELSEWHERE, part: part.index });
      return { ...part, frozen: true };
    });
    return { ...conversation, parts };
  }

  /** Pins what was not known; another worker's earlier decision wins. The conversation as it goes out. */
  pin(conversation: Conversation): Conversation {
    const undecided = conversation.parts.filter(({ index }) => this.#keys.has(index) && !this.#known.has(index));
    if (undecided.length === 0) return conversation;
    this.#keepAgain(undecided);
    const counts = new Map(this.#notes.map((note) => [note.part, note]));
    const decided = undecided.map((part) => decisionOf(part, counts.get(part.index)));
    const under = (key: keyof Keys): Pin[] =>
      undecided.map(({ index }, at) => ({ ...decided[at]!, key: this.#keys.get(index)![key] }));
    const seen = under('seen').map(({ key }) => ({ ...LEFT_ALONE, key }));
    try {
      const held = this.#context.sentLog.pin([
        ...under('own'),
        ...(this.#isSigned ? [...under('signed'), ...seen] : []),
        ...(this.#isHeld ? [...under('held'), { ...LEFT_ALONE, key: anyHeldKey(this.#context.tenant) }] : []),
      ]);
      const texts = new Map(undecided.map((part, at) => [part.index, held[at]!.text ?? part.source]));
      const parts = conversation.parts.map((part) => ({ ...part, text: texts.get(part.index) ?? part.text }));
      return { ...conversation, parts };
    } catch (error) {
      this.#notes.push(failure('sent-log', error));
      return conversation;
    }
  }

  /** Found by its signatures alone: from now on the original, which this client has just shown, is its own too. */
  #keepAgain(undecided: readonly Part[]): void {
    for (const { frozen, source, text } of undecided) {
      if (!frozen || text === source) continue;
      try {
        this.#context.originals.put(source);
      } catch (error) {
        this.#notes.push(failure('originals', error));
      }
    }
  }

  #keysOf(place: string, result: string): Keys {
    const { tenant } = this.#context;
    const own = hashOf(`tenant ${tenant} ${place}`);
    const held = hashOf(`held ${tenant} ${result}`);
    if (!this.#isSigned) return { own, held, signed: own, seen: own };
    return { own, held, signed: hashOf(`signed ${place}`), seen: hashOf(`seen ${result}`) };
  }

  #lookUp(pins: Map<number, Pin>, seen: Set<number>): void {
    const all = [...this.#keys.values()];
    const asked = this.#isSigned
      ? all.flatMap(({ own, signed, seen: result }) => [own, signed, result])
      : all.map(({ own }) => own);
    const { sentLog, tenant } = this.#context;
    const [anyHeld, ...found] = sentLog.recall([anyHeldKey(tenant), ...asked]);
    const step = this.#isSigned ? 3 : 1;
    [...this.#keys.keys()].forEach((part, at) => {
      const own = found[at * step];
      const pin = own ?? (this.#isSigned ? found[at * step + 1] : undefined);
      // A conversation may have been signed only after its first parts were pinned.
      if (own && (!this.#isSigned || found[at * step + 1])) this.#known.add(part);
      if (pin) pins.set(part, pin);
      if (this.#isSigned && found[at * step + 2]) seen.add(part);
    });
    if (anyHeld && this.#showsHistory) this.#lookUpHeld(pins);
  }

  #lookUpHeld(pins: Map<number, Pin>): void {
    const unknown = [...this.#keys].filter(([part]) => !pins.has(part));
    const found = this.#context.sentLog.recall(unknown.map(([, { held }]) => held));
    unknown.forEach(([part], at) => {
      const pin = found[at];
      if (pin) pins.set(part, pin);
    });
  }
}

/** Says that this tenant has such results at all. */
function anyHeldKey(tenant: string): string {
  return hashOf(`held any ${tenant}`);
}

/**
 * Before this index, what the log does not know was sent past us. In a conversation that it does not know at all that is
 * everything before the newest turn; else what stands before reasoning that was signed meanwhile.
 */
function historyEndOf({ parts }: Conversation, isKnown: boolean): number {
  return isKnown
    ? parts.findLastIndex((part) => part.isSigned)
    : parts.findLastIndex((part) => part.role === 'assistant') + 1;
}

const SENT_ELSEWHERE = {
  outcome: 'kept as history',
  by: 'sent-log',
  reason: 'signed history that was never sent through here',
} as const;

const LEFT_ALONE = { text: undefined, tokensBefore: 0, tokensAfter: 0 } as const;

function decisionOf(part: Part, note: Note | undefined): Omit<Pin, 'key'> {
  if (part.text === part.source) return LEFT_ALONE;
  return { text: part.text, tokensBefore: note?.tokensBefore ?? 0, tokensAfter: note?.tokensAfter ?? 0 };
}

function replayed(part: Part, { tokensBefore, tokensAfter }: Pin): Note {
  return { part: part.index, outcome: 'replayed', by: 'sent-log', reason: 'sent before', tokensBefore, tokensAfter };
}
