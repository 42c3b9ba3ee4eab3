/** What a view leaves out of one sort of text: each declares what it knows, and counts in place what it leaves out. */
export interface Reduced {
  readonly lines: readonly string[];
  /** What is left out, for the head of the view. */
  readonly left: string;
}

export interface Reducer {
  isOf(this: void, text: string): boolean;
  reduce(this: void, lines: readonly string[]): Reduced;
}
