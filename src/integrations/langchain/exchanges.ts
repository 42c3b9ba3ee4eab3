/** What a model fetched unseen, put back into later prompts of its conversation where it was: the prefix stays. */
import type { BaseMessage, ToolMessage } from '@langchain/core/messages';
import { KeptTurns, turnKeyOf } from '../kept-turns.ts';
import { callsOf, type Content, copyOf, saidIn } from './messages.ts';

/** One answer of the model, as it was, and what its calls of our tool gave. */
export interface Round {
  readonly said: BaseMessage;
  readonly results: readonly ToolMessage[];
}

export interface Exchange {
  readonly rounds: readonly Round[];
  /** The end of the turn; it has results where our tool was called along with the program's. */
  readonly last: Round;
}

export class Exchanges extends KeptTurns<Exchange> {
  /**
   * @param starts where each message of the list begins among those that the places are of.
   * @param places what stands before each, before anything was shorter.
   */
  putBack(list: readonly BaseMessage[], starts: readonly number[], places: readonly string[]): readonly BaseMessage[] {
    if (this.size === 0) return list;
    let waiting: readonly ToolMessage[] = [];
    const next = list.flatMap((message, index): readonly BaseMessage[] => {
      const before = message.type === 'tool' ? [] : waiting;
      if (message.type !== 'tool') waiting = [];
      const exchange = message.type === 'ai' ? this.find(keyOf(places[starts[index]!]!, message)) : undefined;
      const isAnswered = exchange && (exchange.last.results.length === 0 || list[index + 1]?.type === 'tool');
      if (!isAnswered) return [...before, message];
      waiting = exchange.last.results;
      const { rounds, last } = exchange;
      return [...before, ...rounds.flatMap(({ said, results }) => [said, ...results]), namedAs(message, last.said)];
    });
    return next.length === list.length && waiting.length === 0 ? list : [...next, ...waiting];
  }
}

export function keyOf(place: string, message: BaseMessage): string {
  return keyOfTurn(place, message.content, callsOf(message));
}

export function keyOfTurn(
  place: string,
  content: Content,
  calls: readonly { readonly id?: string | undefined }[],
): string {
  return turnKeyOf(
    place,
    saidIn(content),
    calls.map(({ id }) => id),
  );
}

/** Agents write their names on what their models said. */
function namedAs({ name }: BaseMessage, said: BaseMessage): BaseMessage {
  return name === said.name ? said : copyOf(said, { name });
}
