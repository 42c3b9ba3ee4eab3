/** What comes back from the library: the input in a shorter form, in the shape that it came in, and the figures. */

export interface Figures {
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly tokensSaved: number;
  /** Tokens after, as a share of those before; 1 where nothing was saved. */
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

export interface CompressedMessages<M> extends Figures {
  readonly messages: M;
}

export interface CompressedRequest<R> extends Figures {
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
  readonly tool: string | undefined;
  readonly outcome: string;
  /** The compressor or step that says so. */
  readonly by: string;
  readonly reason: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly source: string;
  /** As it would go out. */
  readonly text: string;
}

export interface Simulation extends Figures {
  readonly decisions: readonly Decision[];
}
