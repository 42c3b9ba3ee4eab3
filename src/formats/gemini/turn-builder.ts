/** What the model said in one hop, whole for the next request, and which of its parts the client gets. */
import type { Hiding, HopEnd } from '../../core/continuation.ts';
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { hiddenCall, isHidden } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { fieldOf, THOUGHT_SIGNATURE } from './request.ts';
import { StreamedArgs } from './streamed-args.ts';

/** With these a model waits for the answers to its calls, by name and by number. */
const WAITING: ReadonlySet<JsonValue | undefined> = new Set(['STOP', 1]);

/** What becomes of a part on its way to the client. */
export interface Shown {
  readonly isOurs: boolean;
  /** Says something, if only by a signature. */
  readonly says: boolean;
  /** Of calls that are made at once only the first is signed: where that one is ours, the next has its signature. */
  readonly signature: string | undefined;
}

interface OpenCall {
  readonly index: number;
  readonly args: StreamedArgs;
}

export class TurnBuilder {
  readonly #hiding: Hiding;
  readonly #pieces: JsonObject[] = [];
  readonly #hidden: number[] = [];
  /** A call whose arguments are still coming. */
  #open: OpenCall | undefined;
  #signature: string | undefined;
  #hasVisibleCall = false;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  get hasHidden(): boolean {
    return this.#hidden.length > 0;
  }

  add(part: JsonObject): Shown {
    const call = part['functionCall'];
    if (isJsonObject(call)) return this.#addCall(part, call);
    const says = !isBlank(part);
    if (says) this.#addPlain(part);
    return { isOurs: false, says, signature: undefined };
  }

  end(finishReason: JsonValue | undefined): HopEnd {
    const calls = this.#hidden.map((index) => {
      const { id, name, args } = asObject(this.#pieces[index]!['functionCall']);
      return hiddenCall(textOf(id), { name: textOf(name), input: args ?? null }, this.#hiding);
    });
    return {
      pieces: this.#pieces,
      hidden: this.#hidden,
      calls: WAITING.has(finishReason) ? calls : [],
      isMixed: this.#hasVisibleCall,
    };
  }

  /** A text that comes in several chunks is one. */
  #addPlain(part: JsonObject): void {
    const last = this.#pieces.at(-1);
    if (last && isPlainText(last) && isPlainText(part) && last['thought'] === part['thought']) {
      this.#pieces[this.#pieces.length - 1] = { ...last, text: textOf(last['text']) + textOf(part['text']) };
    } else this.#pieces.push(part);
  }

  #addCall(part: JsonObject, call: JsonObject): Shown {
    if (this.#open && this.#goesOn(call, this.#open)) {
      const { index } = this.#open;
      this.#goOn(part, call, this.#open);
      return { isOurs: this.#hidden.includes(index), says: true, signature: undefined };
    }
    const index = this.#pieces.length;
    this.#open = undefined;
    const isStreamed = call['willContinue'] === true || call['partialArgs'] !== undefined;
    if (isStreamed) this.#begin(part, call, index);
    else this.#pieces.push(part);
    const own = textOf(fieldOf(part, THOUGHT_SIGNATURE));
    // What comes in pieces is with the client before it is whole: it cannot be refused.
    const made = { name: textOf(call['name']), input: call['args'] ?? null };
    if (isStreamed ? made.name === this.#hiding.toolName : isHidden(made, this.#hiding)) {
      this.#hidden.push(index);
      if (own !== '') this.#signature ??= own;
      return { isOurs: true, says: true, signature: undefined };
    }
    const signature = own === '' && !this.#hasVisibleCall ? this.#signature : undefined;
    this.#hasVisibleCall = true;
    return { isOurs: false, says: true, signature };
  }

  #begin(part: JsonObject, call: JsonObject, index: number): void {
    const args = new StreamedArgs(call['args']);
    this.#pieces.push(part);
    this.#goOn(part, call, { index, args });
  }

  /** Only the first piece of a call has its name; its id may stand in each. */
  #goesOn({ id, name }: JsonObject, { index }: OpenCall): boolean {
    const open = asObject(this.#pieces[index]!['functionCall']);
    return textOf(name) === '' || (textOf(id) !== '' && id === open['id']);
  }

  #goOn(part: JsonObject, call: JsonObject, open: OpenCall): void {
    const { index, args } = open;
    args.add(call['partialArgs']);
    const before = this.#pieces[index]!;
    const { partialArgs: _args, willContinue: _more, ...named } = asObject(before['functionCall']);
    this.#pieces[index] = { ...part, ...before, functionCall: { ...named, args: args.whole() } };
    this.#open = call['willContinue'] === true ? open : undefined;
  }
}

/** A text with nothing beside it. */
function isPlainText(part: JsonObject): boolean {
  return typeof part['text'] === 'string' && Object.keys(part).every((key) => key === 'text' || key === 'thought');
}

/** What ends many a stream. */
function isBlank(part: JsonObject): boolean {
  return isPlainText(part) && part['text'] === '';
}
