/** Names that come again and again in a text, mostly in one order: what came after a name the last time is tried first. */

interface Name {
  readonly text: string;
  next: Name | undefined;
}

export class Recurring {
  readonly #known = new Map<string, Name>();
  #last: Name = { text: '', next: undefined };

  /** What is likely to come next. */
  get guess(): string | undefined {
    return this.#last.next?.text;
  }

  /** It came. */
  takeGuess(): string {
    this.#last = this.#last.next!;
    return this.#last.text;
  }

  /** @returns one string for all that are equal: as keys of objects they are known by then. */
  take(text: string): string {
    let name = this.#known.get(text);
    if (!name) this.#known.set(text, (name = { text, next: undefined }));
    this.#last.next = name;
    this.#last = name;
    return name.text;
  }
}
