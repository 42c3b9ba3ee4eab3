/** A time limit for synchronous work, asked for in loops that may run long: nothing else can interrupt them. */
export interface Deadline {
  /** @throws DeadlineExceeded once the time is over. */
  check(): void;
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

export const NO_DEADLINE: Deadline = { check: () => undefined };

/** @param limitMs milliseconds from now. */
export function deadlineIn(limitMs: number): Deadline {
  const end = performance.now() + limitMs;
  return {
    check(): void {
      if (performance.now() > end) throw new DeadlineExceeded(`took longer than ${limitMs} ms`);
    },
  };
}
