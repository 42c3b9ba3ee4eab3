/** What an answer is, how much there is room for in one, and texts cut so that no sign is halved. */
export interface Answered {
  readonly text: string;
  readonly isError: boolean;
}

/** Some 10,000 tokens: more is asked for piece by piece. */
export const MAX_CHARS = 40_000;

/** What a call gets where a turn has had its share of retrievals; whoever holds a limit says it so. */
export const LIMIT_REACHED = 'headroom: the limit of retrievals in one turn is reached; continue with what you have.';

export function no(reason: string): Answered {
  return { text: `headroom: ${reason}`, isError: true };
}

/** The place at or before this one that does not stand within a sign of two units. */
export function edgeAt(text: string, at: number): number {
  const isWithin = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
  return isWithin ? at - 1 : at;
}
