/** Counts tokens the way a model's provider does, or says that it only estimates. */
export interface Tokenizer {
  readonly name: string;
  /** False when the count is an estimate; reports say so. */
  readonly exact: boolean;
  /** Of an estimate: how far off most counts of a page or more are, as a share of the true one. Absent where exact or unknown. */
  readonly error?: number;
  count(text: string): number;
}

/** The `tokenizer.json` of an open model, and which tokenizer counts by it from then on. */
export interface VocabularyFile {
  readonly tokenizer: string;
  readonly path: string;
}
