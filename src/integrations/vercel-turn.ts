/** One turn of a model that may fetch originals: its calls for them are answered, and it is asked again. */
import type { Owner as OwnerOf } from './owner.ts';
import { answerTo, isOver } from './rounds.ts';
import { sumOf } from './usage.ts';
import { type Exchanges, type Round, turnKey } from './vercel-exchanges.ts';
import type { AssistantPart, Content, Generated, Params, ResultPart, Usage } from './vercel-types.ts';

export type Owner = OwnerOf<Exchanges>;
type Call = Extract<Content, { type: 'tool-call' }>;

export class Turn {
  readonly #owner: Owner;
  readonly #place: string;
  readonly #rounds: Round[] = [];
  readonly #shown: Content[] = [];

  /** @param place where in its conversation the turn stands. */
  constructor(owner: Owner, place: string) {
    this.#owner = owner;
    this.#place = place;
  }

  isHidden(part: { readonly type: string }): part is Call {
    const { type, toolName, providerExecuted } = part as Partial<Call>;
    return type === 'tool-call' && toolName === this.#owner.headroom.retrieveTool.name && !providerExecuted;
  }

  visible(content: readonly Content[]): Content[] {
    return content.filter((part) => !this.isHidden(part));
  }

  /** What to ask next; undefined when the turn is the program's again. */
  async next(sent: Params, content: readonly Content[]): Promise<Params | undefined> {
    const calls = content.filter((part) => this.isHidden(part));
    this.#shown.push(...this.visible(content));
    const isOurs = !content.some((part) => isForProgram(part) && !this.isHidden(part));
    const isEnd = isOurs && isOver(this.#rounds.length);
    const results = isEnd ? [] : await Promise.all(calls.map((call) => this.#answer(call)));
    if (isOurs && results.length > 0) {
      const said = saidBy(content);
      this.#rounds.push({ said, results });
      const exchange = [
        { role: 'assistant' as const, content: said },
        { role: 'tool' as const, content: results },
      ];
      return { ...sent, prompt: [...sent.prompt, ...exchange] };
    }
    if (this.#rounds.length > 0 || results.length > 0) {
      const last = { said: results.length > 0 ? saidBy(calls) : [], results };
      this.#owner.exchanges.keep(turnKey(this.#place, this.#shown), { rounds: this.#rounds, last });
    }
    return undefined;
  }

  async #answer({ toolCallId, toolName, input }: Call): Promise<ResultPart> {
    const value = await answerTo(input, this.#rounds.length, this.#owner.headroom);
    return { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } };
  }
}

/** The program has to act before the model can go on. */
function isForProgram(part: Content): boolean {
  return (part.type === 'tool-call' && !part.providerExecuted) || part.type === 'tool-approval-request';
}

/** An answer as the next prompt has it. */
function saidBy(content: readonly Content[]): AssistantPart[] {
  return content.flatMap((part): AssistantPart[] => {
    const { providerMetadata, ...rest } = part;
    const options = providerMetadata && { providerOptions: providerMetadata };
    if (rest.type === 'source' || rest.type === 'tool-approval-request') return [];
    if (rest.type === 'text' && rest.text === '') return [];
    if (rest.type === 'tool-call') {
      const { dynamic: _, ...call } = rest;
      return [{ ...call, input: inputOf(call.input), ...options }];
    }
    if (rest.type === 'tool-result') {
      const { type, toolCallId, toolName, result, isError } = rest;
      const output = { type: isError ? ('error-json' as const) : ('json' as const), value: result };
      return [{ type, toolCallId, toolName, output, ...options }];
    }
    return [{ ...rest, ...options } as AssistantPart];
  });
}

function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** All rounds are paid. */
export function totalOf(before: Usage | undefined, usage: Usage): Usage {
  if (!before) return usage;
  const inputTokens = sumOf(before.inputTokens, usage.inputTokens)!;
  return { ...usage, inputTokens, outputTokens: sumOf(before.outputTokens, usage.outputTokens)! };
}

/** A turn that ends in calls, all of them unseen, ends for the program without a reason of its own. */
export function reasonFor(
  reason: Generated['finishReason'],
  content: readonly Content[],
  turn: Turn,
): Generated['finishReason'] {
  const isEmpty = content.some((part) => turn.isHidden(part)) && !turn.visible(content).some(isForProgram);
  return isEmpty ? { ...reason, unified: 'other' } : reason;
}
