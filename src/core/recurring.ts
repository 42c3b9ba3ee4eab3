/** Names that come again and again in a text, mostly in one order: what came after a name before is tried first. */

interface Name {
  readonly text: string;
  /** What came behind it the last time, and something else before. */
  next: Name | undefined;
  other: Name | undefined;
}

export class Recurring {
  readonly #text: string;
  readonly #endsAt: (text: string, at: number) => boolean;
  readonly #isRefused: (name: string) => boolean;
  readonly #known = new Map<string, Name>();
  #last: Name = nameOf('');

  /** @param endsAt whether a name that is known ends there. */
  constructor(
    text: string,
    endsAt: (text: string, at: number) => boolean,
    isRefused: (name: string) => boolean = () => false,
  ) {
    this.#text = text;
    this.#endsAt = endsAt;
    this.#isRefused = isRefused;
  }

  /** Whether one of those that are likely stands here. */
  standsAt(from: number): boolean {
    return this.#likelyAt(from) !== undefined;
  }

  /** The name here, if it is one of those that are likely. */
  takeAt(from: number): string | undefined {
    const name = this.#likelyAt(from);
    return name && this.#go(name);
  }

  /** @returns one string for all that are equal, which objects know as a key by then; undefined for one that is refused. */
  take(text: string): string | undefined {
    let name = this.#known.get(text);
    if (!name) {
      if (this.#isRefused(text)) return undefined;
      this.#known.set(text, (name = nameOf(text)));
    }
    return this.#go(name);
  }

  #likelyAt(from: number): Name | undefined {
    const { next, other } = this.#last;
    if (this.#isAt(next, from)) return next;
    return this.#isAt(other, from) ? other : undefined;
  }

  #isAt(name: Name | undefined, from: number): boolean {
    return (
      name !== undefined && this.#endsAt(this.#text, from + name.text.length) && this.#text.startsWith(name.text, from)
    );
  }

  #go(name: Name): string {
    const last = this.#last;
    if (last.next !== name) {
      last.other = last.next;
      last.next = name;
    }
    this.#last = name;
    return name.text;
  }
}

function nameOf(text: string): Name {
  return { text, next: undefined, other: undefined };
}
