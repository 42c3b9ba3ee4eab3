/** What a model reads beside the messages that the engine is shown, and what is for the program to know. */
import { HeadroomError } from '../core/errors.ts';

/**
 * Tools, and what was fetched unseen: it counts where a request must fit.
 * @param whole all that goes out, before anything is shorter.
 * @param seen what the program itself sent.
 */
export function besideOf(tools: unknown, whole: readonly unknown[], seen: readonly unknown[]): readonly string[] {
  const known = new Set(seen);
  return [tools, ...whole.filter((one) => !known.has(one))].map(written);
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/** Whatever else goes wrong costs no request; a request that is too long for its model is none. */
export function isTooLong(error: unknown): boolean {
  return error instanceof HeadroomError && error.code === 'DOES_NOT_FIT';
}
