/** What was found out about the parts of one text: its lossless form and its view both ask, and tables cost most of the time. */
import type { Tokenizer } from '../../core/tokenizer.ts';
import type { Json } from './tree.ts';

export class Known {
  readonly #found = new Map<unknown, string | undefined>();

  readonly #entries = new Map<object, readonly Json[]>();

  entriesOf(record: object, find: () => readonly Json[]): readonly Json[] {
    const known = this.#entries.get(record);
    if (known) return known;
    const entries = find();
    this.#entries.set(record, entries);
    return entries;
  }

  /** @param part a container of the tree, or a string. */
  formOf(part: unknown, find: () => string | undefined): string | undefined {
    if (this.#found.has(part)) return this.#found.get(part);
    const form = find();
    this.#found.set(part, form);
    return form;
  }
}

/** Counts each text once. */
export function counting(tokens: Tokenizer): Tokenizer {
  const known = new Map<string, number>();
  return {
    name: tokens.name,
    exact: tokens.exact,
    count(text: string): number {
      const before = known.get(text);
      if (before !== undefined) return before;
      const found = tokens.count(text);
      known.set(text, found);
      return found;
    },
  };
}
