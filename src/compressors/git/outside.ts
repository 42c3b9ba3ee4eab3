/** What stands in no hunk, in the source and in the lossless form: records, and lines as they are. */
import { CommitRecord, MessageRecord } from './commit-record.ts';
import { fileRecord } from './file-record.ts';
import type { Legend } from './legend.ts';
import { nameListRecord } from './name-list.ts';
import { NameRecord } from './name-record.ts';
import type { RecordKind, Taken } from './record.ts';
import { StatRecord } from './stat-record.ts';

const ESCAPE = '\\';
/** Marks and references, which the reader looks for first. */
const REFERENCE = '=';

export class Outside {
  readonly #names = new NameRecord();
  readonly #message = new MessageRecord();
  readonly #commit: CommitRecord | undefined;
  readonly #kinds: readonly RecordKind[];

  constructor({ files, names, stats, folders, labels, authors }: Legend) {
    this.#commit = labels && new CommitRecord(labels, authors);
    const kinds: RecordKind[] = [this.#message];
    if (this.#commit) kinds.push(this.#commit);
    if (files) kinds.push(fileRecord);
    if (names) kinds.push(this.#names);
    if (stats !== undefined) kinds.push(new StatRecord(stats));
    if (folders) kinds.push(nameListRecord);
    this.#kinds = kinds;
  }

  encode(lines: readonly string[], at: number): Taken {
    for (const kind of this.#kinds) {
      const taken = kind.encode(lines, at);
      if (!taken) continue;
      this.#see(kind, lines, at, taken.end);
      return taken;
    }
    const line = lines[at]!;
    const escaped = this.#isTakenFor(line) ? ESCAPE + line : line;
    this.#see(undefined, lines, at, at + 1);
    return { lines: [escaped], end: at + 1 };
  }

  /** Undefined when a line is neither a record nor could have been left as it is. */
  decode(form: readonly string[], at: number): Taken | undefined {
    const line = form[at]!;
    if (!line.startsWith(ESCAPE)) {
      const kind = this.#kinds.find((one) => one.looksLike(line));
      if (kind) {
        const taken = kind.decode(form, at);
        if (taken) this.#see(kind, taken.lines, 0, taken.lines.length);
        return taken;
      }
    }
    const lines = [line.startsWith(ESCAPE) ? line.slice(1) : line];
    this.#see(undefined, lines, 0, 1);
    return { lines, end: at + 1 };
  }

  #isTakenFor(line: string): boolean {
    return line.startsWith(ESCAPE) || line.startsWith(REFERENCE) || this.#kinds.some((kind) => kind.looksLike(line));
  }

  /** Takes in what was read or written; both sides come to the same state. */
  #see(kind: RecordKind | undefined, lines: readonly string[], start: number, end: number): void {
    if (kind === this.#commit && kind) this.#message.isOpen = true;
    else if (kind !== this.#message && lines[start] !== '') this.#message.isOpen = false;
    for (let i = start; i < end; i++) this.#names.see(lines[i]!);
  }
}
