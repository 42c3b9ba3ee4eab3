/** How often a model may fetch within one turn, and what its calls get: originals, then a word to go on without. */
import { LIMIT_REACHED } from '../retrieval/answered.ts';
import type { Headroom } from '../sdk/headroom.ts';

const MAX_ROUNDS = 5;

/** @param rounds those of the turn before this one. */
export async function answerTo(input: unknown, rounds: number, { retrieveTool }: Headroom): Promise<string> {
  return rounds < MAX_ROUNDS ? retrieveTool.execute(input) : LIMIT_REACHED;
}

/** It was told to go on without, and asks again: the turn ends, and the call was never made. */
export function isOver(rounds: number): boolean {
  return rounds > MAX_ROUNDS;
}
