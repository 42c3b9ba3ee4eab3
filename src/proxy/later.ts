/**
 * Work that nobody waits for: done together once no request has come for a moment, so that it does not stand in the
 * next one's way, and never long after.
 */

const QUIET_MS = 20;
const LONGEST_MS = 250;

export class Later {
  #tasks: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #since = 0;

  /** Resolves once the task is done. The task must not reject. */
  do(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#tasks.push(() => task().then(resolve));
      if (this.#timer) return;
      this.#since = performance.now();
      this.#timer = setTimeout(() => void this.flush(), QUIET_MS);
    });
  }

  /** A request has come: what waits goes on waiting. */
  makeWay(): void {
    if (this.#timer && performance.now() - this.#since < LONGEST_MS - QUIET_MS) this.#timer.refresh();
  }

  /** Does now what is waiting. Resolves once that, and what was begun before, is done. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) {
      const done = task().finally(() => this.#running.delete(done));
      this.#running.add(done);
    }
    await Promise.all(this.#running);
  }
}
