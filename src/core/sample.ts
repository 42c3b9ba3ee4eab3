import { isBlank } from './blank.ts';

/** Facts about a text that several compressors ask for, each found at most once. */
export class Sample {
  static readonly headLines = 40;
  readonly text: string;
  #head: readonly string[] | undefined;
  #filled: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get head(): readonly string[] {
    return (this.#head ??= this.text.slice(0, 8192).split('\n', Sample.headLines));
  }

  /** The lines of the head that are not blank. */
  get filled(): readonly string[] {
    return (this.#filled ??= this.head.filter((line) => !isBlank(line)));
  }

  /** Share of the head lines that match, 0 to 1. */
  share(pattern: RegExp): number {
    return this.head.filter((line) => pattern.test(line)).length / this.head.length;
  }
}
