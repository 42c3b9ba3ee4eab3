/** One turn of a model that may fetch originals: its calls for them are answered, and it is asked again. */
import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { Owner as OwnerOf } from '../owner.ts';
import { answerTo, isOver } from '../rounds.ts';
import { type Exchanges, keyOfTurn, type Round } from './exchanges.ts';
import { hiddenCalls, isForProgram, repaired, visibleOf } from './hidden-calls.ts';
import { type AskedCall, callsOf, type Content } from './messages.ts';

export type Owner = OwnerOf<Exchanges>;

export class Turn {
  readonly #owner: Owner;
  readonly #place: string;
  readonly #rounds: Round[] = [];
  #last: Round | undefined;

  /** @param place where in its conversation the turn stands. */
  constructor(owner: Owner, place: string) {
    this.#owner = owner;
    this.#place = place;
  }

  /** What to ask with next, behind all that was asked; undefined when the turn is the program's again. */
  async next(message: BaseMessage): Promise<readonly BaseMessage[] | undefined> {
    const isOurs = !isForProgram(message);
    const isEnd = isOurs && isOver(this.#rounds.length);
    const calls = isEnd ? [] : hiddenCalls(message);
    const results = await Promise.all(calls.map((call) => this.#answer(call)));
    const said = results.length > 0 ? repaired(message) : visibleOf(message);
    if (!isOurs || results.length === 0) {
      this.#last = { said, results };
      return undefined;
    }
    this.#rounds.push({ said, results });
    return [said, ...results];
  }

  /** The turn ends, and the program sees this of it. */
  end(content: Content): void {
    if (!this.#last || (this.#rounds.length === 0 && this.#last.results.length === 0)) return;
    const calls = callsOf(visibleOf(this.#last.said));
    this.#owner.exchanges.keep(keyOfTurn(this.#place, content, calls), { rounds: this.#rounds, last: this.#last });
  }

  async #answer({ id = '', name, args }: AskedCall): Promise<ToolMessage> {
    const content = await answerTo(args, this.#rounds.length, this.#owner.headroom);
    return new ToolMessage({ tool_call_id: id, name, content });
  }
}
