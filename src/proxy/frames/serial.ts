/** Tasks one after the other: at once while none is running, else when those before it are done. */
export class Serial {
  readonly #waiting: Task[] = [];
  #isBusy = false;

  /** @param task must not reject. */
  do(task: Task): void {
    this.#waiting.push(task);
    if (!this.#isBusy) this.#run();
  }

  #run(): void {
    for (let task = this.#waiting.shift(); task; task = this.#waiting.shift()) {
      const done = task();
      if (!done) continue;
      this.#isBusy = true;
      void this.#goOnAfter(done);
      return;
    }
  }

  async #goOnAfter(done: Promise<void>): Promise<void> {
    await done;
    this.#isBusy = false;
    this.#run();
  }
}

type Task = () => void | Promise<void>;
