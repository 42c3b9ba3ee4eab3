/** One turn of a model that may fetch originals: its calls for them are answered, and it is asked again. */
import type { Headroom } from '../../sdk/headroom.ts';
import { type Exchanges, itemsIn, type Round } from './exchanges.ts';
import { RawEvents } from './raw-events.ts';
import type { Call, Counts, Item, ModelRequest, Result, Said } from './types.ts';

const MAX_ROUNDS = 5;

/** What a model answered, whole or at the end of its stream. */
interface Answer {
  readonly output: readonly Said[];
  readonly responseId?: string | undefined;
}

export class Turn {
  readonly #headroom: Headroom;
  readonly #exchanges: Exchanges;
  readonly #place: string;
  readonly #begun: readonly Round[];
  readonly #rounds: Round[] = [];
  readonly #shown: Said[] = [];

  /** @param place where in its conversation the turn stands. */
  constructor(headroom: Headroom, exchanges: Exchanges, place: string) {
    this.#begun = exchanges.begunAt(place);
    this.#headroom = headroom;
    this.#exchanges = exchanges;
    this.#place = place;
  }

  get toolName(): string {
    return this.#headroom.retrieveTool.name;
  }

  /** What was fetched when the same was asked before. */
  get begun(): readonly Item[] {
    return itemsIn(this.#begun);
  }

  /** What the program sees of all answers until now. */
  get shown(): Said[] {
    return [...this.#shown];
  }

  /** What the provider itself said of an answer. */
  withoutOurs(given: Record<string, unknown>): Record<string, unknown> {
    return new RawEvents(this.toolName).whole(given);
  }

  /** What to ask next; undefined when the turn is the program's again. */
  async next(sent: ModelRequest, { output, responseId }: Answer): Promise<ModelRequest | undefined> {
    const calls = output.filter((item): item is Call => this.#isHidden(item));
    const visible = visibleIn(output, new Set(calls));
    this.#shown.push(...visible);
    const programs = visible.filter(isForProgram);
    const isOver = programs.length === 0 && this.#rounds.length >= MAX_ROUNDS;
    const results = isOver ? [] : await Promise.all(calls.map((call) => this.#answer(call)));
    if (programs.length === 0 && results.length > 0) {
      this.#rounds.push({ said: output, results });
      return goingOn(sent, output, results, responseId);
    }
    this.#keep(sent, { said: isOver ? visible : output, results }, programs, responseId);
    return undefined;
  }

  #isHidden(item: Said): boolean {
    return item.type === 'function_call' && item.name === this.toolName;
  }

  async #answer({ callId, name, arguments: input }: Call): Promise<Result> {
    const text = await this.#headroom.retrieveTool.execute(input);
    return { type: 'function_call_result', callId, name, status: 'completed', output: { type: 'text', text } };
  }

  #keep(sent: ModelRequest, last: Round, programs: readonly Said[], responseId: string | undefined): void {
    const held = sent.conversationId ?? responseId;
    if (held !== undefined && last.results.length > 0) {
      const calls = programs.flatMap((item) => ('callId' in item && item.callId ? [item.callId] : []));
      this.#exchanges.keepWaiting(held, calls, last.results);
    }
    const rounds = [...this.#begun, ...this.#rounds];
    if (isHeld(sent) || (rounds.length === 0 && last.results.length === 0)) return;
    this.#exchanges.keep(this.#place, { rounds, last, shown: this.#shown });
  }
}

/** Its past is with the provider, and what is sent is only what is new. */
export function isHeld({ conversationId, previousResponseId }: ModelRequest): boolean {
  return conversationId !== undefined || previousResponseId !== undefined;
}

function goingOn(
  sent: ModelRequest,
  output: readonly Said[],
  results: readonly Result[],
  responseId: string | undefined,
): ModelRequest {
  if (!isHeld(sent)) {
    const before: readonly Item[] =
      typeof sent.input === 'string' ? [{ role: 'user', content: sent.input }] : sent.input;
    return { ...sent, input: [...before, ...output, ...results] };
  }
  const isChained = sent.conversationId === undefined && responseId !== undefined;
  return { ...sent, input: [...results], ...(isChained && { previousResponseId: responseId }) };
}

/** A thought that leads to nothing but our calls belongs to them: providers take none without what it leads to. */
function visibleIn(output: readonly Said[], hidden: ReadonlySet<Said>): Said[] {
  return output.filter((item, index) => {
    if (hidden.has(item)) return false;
    if (item.type !== 'reasoning') return true;
    const rest = output.slice(index + 1);
    const end = rest.findIndex(({ type }) => type === 'reasoning');
    const group = end < 0 ? rest : rest.slice(0, end);
    return group.length === 0 || group.some((one) => !hidden.has(one));
  });
}

/** Calls that providers carry out have their output with them. */
const BEHIND_PROVIDER: ReadonlySet<string | undefined> = new Set(['hosted_tool_call', 'program']);

/** The program has to act before the model can go on. */
function isForProgram({ type }: Said): boolean {
  return (type?.endsWith('_call') ?? false) && !BEHIND_PROVIDER.has(type);
}

type Usage = Counts & { readonly requests?: number | undefined };
type Details = Usage['inputTokensDetails'];

const listOf = (details: Details): Record<string, number>[] =>
  details === undefined ? [] : Array.isArray(details) ? details : [details];

function entriesOf({ requestUsageEntries, inputTokens, outputTokens, totalTokens, ...details }: Usage): object[] {
  if (requestUsageEntries && requestUsageEntries.length > 0) return requestUsageEntries;
  const [inputTokensDetails] = listOf(details.inputTokensDetails);
  const [outputTokensDetails] = listOf(details.outputTokensDetails);
  const given = {
    ...(inputTokensDetails && { inputTokensDetails }),
    ...(outputTokensDetails && { outputTokensDetails }),
  };
  return [{ inputTokens, outputTokens, totalTokens, ...given }];
}

/** All rounds are paid. The sum is of the kind that the second is. */
export function totalOf<Kind extends object>(before: Kind | undefined, usage: Kind): Kind {
  if (!before) return usage;
  const [one, other] = [before as unknown as Usage, usage as unknown as Usage];
  const sum = {
    requests: (one.requests ?? 1) + (other.requests ?? 1),
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    inputTokensDetails: [...listOf(one.inputTokensDetails), ...listOf(other.inputTokensDetails)],
    outputTokensDetails: [...listOf(one.outputTokensDetails), ...listOf(other.outputTokensDetails)],
    requestUsageEntries: [...entriesOf(one), ...entriesOf(other)],
  };
  return Object.assign(Object.create(Object.getPrototypeOf(usage) as object) as Kind, usage, sum);
}
