/** What comes back from the library: the input in a shorter form, in the shape that it came in, and the figures. */

/** What was saved, in tokens of the Headroom's tokenizer. A list of messages or a request counts as a whole. */
export interface Figures {
  readonly tokensBefore: number;
  /** Never more than before. */
  readonly tokensAfter: number;
  readonly tokensSaved: number;
  /** Tokens after, as a share of those before, 0 to 1; 1 where nothing was saved. */
  readonly compressionRatio: number;
  /** Whether anything is shorter. */
  readonly compressed: boolean;
  /** The compressors and transforms that had a hand in it. */
  readonly transformsApplied: readonly string[];
  /** Of the originals of what is shorter: `retrieve` takes them. */
  readonly hashes: readonly string[];
  /** Why the input could not be read, and came back as it was. */
  readonly problem?: string;
}

/** Messages said shorter. */
export interface CompressedMessages<M> extends Figures {
  /** In the shape that came; every message that is the same is the very object that came. */
  readonly messages: M;
}

/** A request body said shorter. */
export interface CompressedRequest<R> extends Figures {
  /** In the shape that came; everything but shorter tool results is as it came. */
  readonly request: R;
}

export function figures(
  { before, after }: { readonly before: number; readonly after: number },
  transformsApplied: readonly string[],
  { hashes, compressed, problem }: Pick<Figures, 'hashes' | 'compressed'> & { readonly problem?: string | undefined },
): Figures {
  return {
    tokensBefore: before,
    tokensAfter: after,
    tokensSaved: before - after,
    compressionRatio: before === 0 ? 1 : after / before,
    compressed,
    transformsApplied,
    hashes,
    ...(problem !== undefined && { problem }),
  };
}

/** A text said shorter. Where a string is wanted (a template, JSON) it is its text. */
export class CompressedText implements Figures {
  readonly text: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly tokensSaved: number;
  readonly compressionRatio: number;
  readonly compressed: boolean;
  readonly transformsApplied: readonly string[];
  readonly hashes: readonly string[];
  /** Why nothing was saved; empty where something was. */
  readonly reason: string;

  constructor(text: string, said: Figures, reason: string) {
    this.text = text;
    this.tokensBefore = said.tokensBefore;
    this.tokensAfter = said.tokensAfter;
    this.tokensSaved = said.tokensSaved;
    this.compressionRatio = said.compressionRatio;
    this.compressed = said.compressed;
    this.transformsApplied = said.transformsApplied;
    this.hashes = said.hashes;
    this.reason = reason;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** What would become of one tool result, and why. */
export interface Decision {
  /** The tool's name; undefined where the input does not say. */
  readonly tool: string | undefined;
  /** `rewritten`, `replayed` (as it went out before), `left alone`, `left out`, `kept as history` or `failed`. */
  readonly outcome: string;
  /** The compressor or step that says so. */
  readonly by: string;
  /** In words, for people. */
  readonly reason: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** As it came. */
  readonly source: string;
  /** As it would go out. */
  readonly text: string;
}

/** What `compress` would do. */
export interface Simulation extends Figures {
  /** One for each tool result, in their order; for a text the one that it is. */
  readonly decisions: readonly Decision[];
}
