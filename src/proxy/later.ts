/** Work that nobody waits for: gathered for a moment and done at once, so that it does not stand in the next request's way. */

const DELAY_MS = 20;

export class Later {
  #tasks: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  /** Resolves once the task is done. The task must not reject. */
  do(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#tasks.push(() => task().then(resolve));
      this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS);
    });
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
