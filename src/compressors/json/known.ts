/** What was found out about the parts of one text: its lossless form and its view both ask, and tables cost most of the time. */
import type { Tokenizer } from '../../core/tokenizer.ts';
import { Column } from './column.ts';
import type { Wording } from './forms/form.ts';
import type { Prepared } from './table-write.ts';
import type { Json } from './tree.ts';

interface Found {
  readonly form: string | undefined;
  readonly keepsPaths: boolean;
  readonly isEither: boolean;
}

export class Known {
  readonly #found = new Map<unknown, Found>();
  readonly #columns = new Map<string, Column[]>();
  readonly #entries = new Map<object, readonly Json[]>();
  readonly #tables = new Map<object, Prepared | undefined>();
  readonly #wordings = new Map<Column, (readonly Wording[] | undefined)[]>();
  readonly #isAskedAgain: boolean;
  #asked = 0;

  /** @param isAskedAgain for a form at another level: what is not the same at both is prepared once. */
  constructor(isAskedAgain: boolean) {
    this.#isAskedAgain = isAskedAgain;
  }

  tableOf(list: object, prepare: () => Prepared | undefined): Prepared | undefined {
    if (!this.#isAskedAgain) return prepare();
    if (!this.#tables.has(list)) this.#tables.set(list, prepare());
    return this.#tables.get(list);
  }

  /**
   * @param column of a table that is said otherwise where paths stand whole.
   * @param legends before it: every other one has other letters.
   */
  wordingsOf(column: Column, legends: number, find: () => readonly Wording[]): readonly Wording[] {
    if (!this.#isAskedAgain) return find();
    let known = this.#wordings.get(column);
    if (!known) this.#wordings.set(column, (known = []));
    return (known[legends % 2] ??= find());
  }

  entriesOf(record: object, find: () => readonly Json[]): readonly Json[] {
    const known = this.#entries.get(record);
    if (known) return known;
    const entries = find();
    this.#entries.set(record, entries);
    return entries;
  }

  keepColumns(columns: readonly Column[]): void {
    for (const column of columns) {
      const path = column.path.join('\n');
      const known = this.#columns.get(path);
      if (known) known.push(column);
      else this.#columns.set(path, [column]);
    }
  }

  /** A column that may have been one of a table already. */
  columnOf(path: Column['path'], rows: readonly number[], values: readonly Json[]): Column {
    const like = this.#columns.get(path.join('\n'))?.find((column) => column.isOf(rows, values));
    return new Column(path, rows, values, like);
  }

  /**
   * @param part a container of the tree, or a string.
   * @param keepsPaths with paths whole; whatever `noteKept` is not called for is the same without.
   */
  formOf(part: unknown, keepsPaths: boolean, find: () => string | undefined): string | undefined {
    const found = this.#found.get(part);
    if (found && (found.isEither || found.keepsPaths === keepsPaths)) {
      if (!found.isEither) this.#asked++;
      return found.form;
    }
    const before = this.#asked;
    const form = find();
    this.#found.set(part, { form, keepsPaths, isEither: this.#asked === before });
    return form;
  }

  /** The form that is being found depends on whether paths are kept. */
  noteKept(): void {
    this.#asked++;
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
