/** Bodies that pass by untouched are pinned so a moment later, and in any case before the same tenant's next request is decided. */
import type { Later } from './later.ts';

export class Untouched {
  readonly #later: Later;
  readonly #pending = new Map<string, Set<Promise<void>>>();

  constructor(later: Later) {
    this.#later = later;
  }

  /** A failure means only that nothing is pinned: the next request decides these parts afresh. */
  track(tenant: string, pin: () => Promise<void>): void {
    const ours = this.#pending.get(tenant) ?? new Set();
    this.#pending.set(tenant, ours);
    const done = this.#later
      .do(() => pin().catch(() => undefined))
      .finally(() => {
        ours.delete(done);
        if (ours.size === 0) this.#pending.delete(tenant);
      });
    ours.add(done);
  }

  /** Resolves once all that the tenant has sent whole is pinned. */
  async settled(tenant: string): Promise<void> {
    const ours = this.#pending.get(tenant);
    if (!ours) return;
    void this.#later.flush();
    await Promise.all(ours);
  }
}
