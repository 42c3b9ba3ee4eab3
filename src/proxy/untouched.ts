/** Bodies that pass by untouched while their parts are pinned so: the same tenant's next request is decided after that. */
export class Untouched {
  readonly #pending = new Map<string, Set<Promise<void>>>();

  /** A failure means only that nothing is pinned: the next request decides these parts afresh. */
  track(tenant: string, pinning: Promise<void>): void {
    const ours = this.#pending.get(tenant) ?? new Set();
    this.#pending.set(tenant, ours);
    const done = pinning
      .catch(() => undefined)
      .finally(() => {
        ours.delete(done);
        if (ours.size === 0) this.#pending.delete(tenant);
      });
    ours.add(done);
  }

  /** Resolves once all that the tenant has sent whole is pinned. */
  async settled(tenant: string): Promise<void> {
    const ours = this.#pending.get(tenant);
    if (ours) await Promise.all(ours);
  }
}
