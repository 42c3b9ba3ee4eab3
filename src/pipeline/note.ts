/** What became of a part or of a step: for explain, the counters and the log line. */
export type Outcome = 'rewritten' | 'replayed' | 'left alone' | 'left out' | 'kept as history' | 'reported' | 'failed';

export interface Note {
  /** Undefined for a step that failed as a whole. */
  readonly part: number | undefined;
  readonly outcome: Outcome;
  readonly by: string;
  readonly reason: string;
  /** Exact for rewritten and replayed parts, else 0. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export const UNCOUNTED = { reason: '', tokensBefore: 0, tokensAfter: 0 } as const;

export function failure(by: string, error: unknown, part?: number): Note {
  return { ...UNCOUNTED, part, outcome: 'failed', by, reason: String(error) };
}
