/** One turn of a model that may fetch originals: its calls for them are answered, and it is asked again. */
import type { Owner as OwnerOf } from '../owner.ts';
import { answerTo, isOver } from '../rounds.ts';
import { type Exchanges, itemsIn, type Round } from './exchanges.ts';
import { RawEvents } from './raw-events.ts';
import type { Call, Counts, Item, ModelRequest, Result, Said } from './types.ts';

export type Owner = OwnerOf<Exchanges>;

/** What a model answered, whole or at the end of its stream. */
interface Answer {
  readonly output: readonly Said[];
  readonly responseId?: string | undefined;
}

export class Turn {
  readonly #owner: Owner;
  readonly #place: string;
  readonly #begun: readonly Round[];
  readonly #rounds: Round[] = [];
  readonly #shown: Said[] = [];

  /** @param place where in its conversation the turn stands. */
  constructor(owner: Owner, place: string) {
    this.#owner = owner;
    this.#begun = owner.exchanges.begunAt(place);
    this.#place = place;
  }

  get toolName(): string {
    return this.#owner.headroom.retrieveTool.name;
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
    const programs = visible.filter((item) => isForProgram(item, output));
    const isEnd = programs.length === 0 && isOver(this.#rounds.length);
    const results = isEnd ? [] : await Promise.all(calls.map((call) => this.#answer(call)));
    if (programs.length === 0 && results.length > 0) {
      this.#rounds.push({ said: output, results });
      return goingOn(sent, output, results, responseId);
    }
    this.#keep(sent, { said: isEnd ? visible : output, results }, programs, responseId);
    return undefined;
  }

  #isHidden(item: Said): boolean {
    return item.type === 'function_call' && item.name === this.toolName;
  }

  async #answer({ callId, name, arguments: input }: Call): Promise<Result> {
    const text = await answerTo(input, this.#rounds.length, this.#owner.headroom);
    return { type: 'function_call_result', callId, name, status: 'completed', output: { type: 'text', text } };
  }

  #keep(sent: ModelRequest, last: Round, programs: readonly Said[], responseId: string | undefined): void {
    const held = sent.conversationId ?? responseId;
    if (held !== undefined && last.results.length > 0) {
      const calls = programs.flatMap((item) => ('callId' in item && item.callId ? [item.callId] : []));
      this.#owner.exchanges.keepWaiting(held, calls, last.results);
    }
    const rounds = [...this.#begun, ...this.#rounds];
    if (isHeld(sent) || (rounds.length === 0 && last.results.length === 0)) return;
    this.#owner.exchanges.keep(this.#place, { rounds, last, shown: this.#shown });
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

/** The program has to act before the model can go on. What providers carry out has its output in the call, or beside it. */
function isForProgram(item: Said, output: readonly Said[]): boolean {
  if (!item.type?.endsWith('_call') || item.type === 'hosted_tool_call') return false;
  if ('execution' in item && item.execution === 'server') return false;
  const { callId } = item as { readonly callId?: string | null };
  return !output.some((one) => one !== item && isResult(one) && one.callId === callId);
}

function isResult(item: Said): item is Said & { readonly callId?: string | null } {
  return /_(?:output|result)$/.test(item.type ?? '');
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
