/** The formulas of i that give some texts, or most of them: each is guessed and tried once, however often it is asked for. */
import { readSlot, slotForms } from './slots/index.ts';
import { MIN_FORMULA_ROWS, type SlotReader } from './slots/slot.ts';

/** Texts looked at first where there are many. */
const PROBE = 40;
const NO_LOOKUP = { text: (): string => '' };

export interface Formula {
  readonly wording: string;
  /** The places whose text it does not give. */
  readonly misses: readonly number[];
}

/** A formula as far as it was tried. */
interface Guess {
  readonly wording: string;
  readonly reader: SlotReader;
  readonly misses: number[];
  tried: number;
}

export class Formulas {
  readonly #read: (count: number) => readonly string[];
  readonly #rows: readonly number[];
  readonly #probe: readonly string[] | undefined;
  readonly #guesses: Guess[] = [];
  #forms = 0;
  #all: readonly string[] | undefined;

  /**
   * @param rows the index i of each text.
   * @param read gives the first texts, so many of them.
   */
  constructor(rows: readonly number[], read: (count: number) => readonly string[]) {
    this.#read = read;
    this.#rows = rows;
    if (rows.length < MIN_FORMULA_ROWS) this.#forms = slotForms.length;
    const probe = rows.length > PROBE * 2 ? read(PROBE) : undefined;
    // Stairs may start with a long step.
    this.#probe = probe?.every((text) => text === probe[0]) ? undefined : probe;
  }

  /** @param mayMiss how many texts the formula may get wrong. */
  first(mayMiss: number): Formula | undefined {
    for (let at = 0; at < this.#guesses.length || this.#guessMore(); ) {
      const guess = this.#guesses[at];
      if (!guess) continue;
      if (this.#holds(guess, mayMiss)) return guess;
      at++;
    }
    return undefined;
  }

  get #texts(): readonly string[] {
    return (this.#all ??= this.#read(this.#rows.length));
  }

  /** False when there are no more forms to guess by. */
  #guessMore(): boolean {
    const form = slotForms[this.#forms++];
    if (!form) return false;
    // What no formula gives at the start is not worth a look at the rest.
    if (this.#probe && form.guess(this.#probe, this.#rows).length === 0) return true;
    for (const wording of form.guess(this.#texts, this.#rows)) {
      const reader = readSlot(wording);
      if (reader) this.#guesses.push({ wording, reader, misses: [], tried: 0 });
    }
    return true;
  }

  #holds(guess: Guess, mayMiss: number): boolean {
    const { misses, reader } = guess;
    const texts = this.#texts;
    while (guess.tried < texts.length && misses.length <= mayMiss) {
      const at = guess.tried++;
      if (reader(this.#rows[at]!, NO_LOOKUP) !== texts[at]) misses.push(at);
    }
    return misses.length <= mayMiss;
  }
}
