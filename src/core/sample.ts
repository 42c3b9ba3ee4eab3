/** Facts about a text that several compressors ask for, each found at most once. */
export class Sample {
  static readonly headLines = 40;
  readonly text: string;
  #head: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get head(): readonly string[] {
    return (this.#head ??= this.text.slice(0, 8192).split('\n', Sample.headLines));
  }

  /** Share of the head lines that match, 0 to 1. */
  share(pattern: RegExp): number {
    return this.head.filter((line) => pattern.test(line)).length / this.head.length;
  }
}
