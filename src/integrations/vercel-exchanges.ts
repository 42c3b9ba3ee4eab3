/**
 * What a model fetched unseen, kept by the turn that the program saw: the next prompt of the same conversation has it
 * again where it was, so that the provider finds the prefix that it knows.
 */
import { KeptTurns, turnKeyOf } from './kept-turns.ts';
import { saidIn } from './vercel-prompt.ts';
import type { AssistantMessage, AssistantPart, Message, Prompt, ResultPart } from './vercel-types.ts';

/** One answer of the model that the program did not see as such, and what its calls gave. */
export interface Round {
  readonly said: readonly AssistantPart[];
  readonly results: readonly ResultPart[];
}

export interface Exchange {
  readonly rounds: readonly Round[];
  /** Calls that came with calls of the program's own tools, in its last turn. */
  readonly last: Round;
}

export class Exchanges extends KeptTurns<Exchange> {
  /**
   * @param starts where each message of the prompt begins among those that the places are of.
   * @param places what stands before each, before anything was shorter.
   */
  putBack(prompt: Prompt, starts: readonly number[], places: readonly string[]): Prompt {
    if (this.size === 0) return prompt;
    let isChanged = false;
    let waiting: readonly ResultPart[] = [];
    const next = prompt.flatMap((message, index): Message[] => {
      if (message.role === 'tool' && waiting.length > 0) {
        const content = [...message.content, ...waiting];
        waiting = [];
        return [{ ...message, content }];
      }
      waiting = [];
      const place = places[starts[index]!]!;
      if (message.role !== 'assistant') return [...this.#unseen(message, place), message];
      const exchange = this.find(turnKey(place, message.content));
      const isAnswered = prompt[index + 1]?.role === 'tool' || exchange?.last.said.length === 0;
      const turns = exchange && isAnswered ? turnsOf(message, exchange) : undefined;
      if (!exchange || !turns) return [message];
      isChanged = true;
      waiting = exchange.last.results;
      return turns;
    });
    return isChanged || next.length !== prompt.length ? next : prompt;
  }

  /** Turns that showed a program nothing have no message of their own. */
  #unseen({ role }: Message, place: string): readonly Message[] {
    const exchange = role === 'user' ? this.find(turnKey(place, [])) : undefined;
    return (exchange && turnsOf({ role: 'assistant', content: [] }, exchange)) ?? [];
  }
}

/** A turn by what a program can see of it. */
export function turnKey(place: string, content: readonly { readonly type: string }[]): string {
  const calls = content.flatMap((part) => {
    const { type, toolCallId, providerExecuted } = part as Partial<Extract<AssistantPart, { type: 'tool-call' }>>;
    return type === 'tool-call' && !providerExecuted ? [toolCallId] : [];
  });
  return turnKeyOf(place, saidIn(content), calls);
}

/** Undefined where the turn does not hold what was said before the calls. */
function turnsOf(message: AssistantMessage, { rounds, last }: Exchange): Message[] | undefined {
  const rest = [...message.content];
  const turns: Message[] = [];
  for (const { said, results } of rounds) {
    for (const part of said) {
      const at = rest.findIndex((one) => isSame(one, part));
      if (at >= 0) rest.splice(at, 1);
      else if (part.type === 'text' && part.text !== '') return undefined;
    }
    turns.push({ role: 'assistant', content: [...said] }, { role: 'tool', content: [...results] });
  }
  const content = [...rest, ...last.said];
  return content.length > 0 ? [...turns, { ...message, content }] : turns;
}

function isSame(one: AssistantPart, other: AssistantPart): boolean {
  const [a, b] = [one, other] as readonly { type: string; text?: string; toolCallId?: string }[];
  return a!.type === b!.type && a!.text === b!.text && a!.toolCallId === b!.toolCallId;
}
