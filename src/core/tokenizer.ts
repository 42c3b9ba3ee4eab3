/** Counts tokens the way a model's provider does, or says that it only estimates. */
export interface Tokenizer {
  readonly name: string;
  /** False when the count is an estimate; reports say so. */
  readonly exact: boolean;
  count(text: string): number;
}
