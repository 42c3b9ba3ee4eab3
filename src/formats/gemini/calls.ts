/**
 * Which call a result answers. Not every model gives its calls ids, and not every client sends them back: then it is the
 * first call of that name in the model's last turn that nothing has answered yet.
 */
import type { Role, ToolCall } from '../../core/conversation.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';

export class Calls {
  readonly #byId = new Map<string, ToolCall>();
  #open: ToolCall[] = [];
  #lastRole: Role | undefined;

  /** To be told of every turn. Calls and their results may be spread over several turns of one side. */
  startTurn(role: Role): void {
    if (role === 'assistant' && this.#lastRole !== 'assistant') this.#open = [];
    this.#lastRole = role;
  }

  add({ id, name, args }: JsonObject): void {
    const call: ToolCall = { id: textOf(id), name: textOf(name), input: args ?? null };
    if (call.id !== '') this.#byId.set(call.id, call);
    this.#open.push(call);
  }

  answeredBy({ id, name }: JsonObject): ToolCall | undefined {
    const call = this.#byId.get(textOf(id)) ?? this.#open.find((one) => one.name === name && (!id || one.id === ''));
    if (call) this.#open = this.#open.filter((one) => one !== call);
    return call;
  }
}
