/** The addresses of a page, each with one number, and what many of them begin with said once. */

const MIN_SAVED = 24;

export class Links {
  readonly #numbers = new Map<string, number>();

  /** Undefined for what leads nowhere else. */
  numberOf(address: string | undefined): number | undefined {
    const trimmed = address?.trim() ?? '';
    if (trimmed === '' || trimmed.startsWith('#') || /^(?:javascript|data|about):/i.test(trimmed)) return undefined;
    let number = this.#numbers.get(trimmed);
    if (number === undefined) this.#numbers.set(trimmed, (number = this.#numbers.size + 1));
    return number;
  }

  /** `1 https://…`, a line each; those that share a beginning stand together under it, without it. */
  write(): readonly string[] {
    const entries = [...this.#numbers].map(([address, number]) => ({ address, number, start: startOf(address) }));
    const starts = new Map<string, number>();
    for (const { start } of entries) starts.set(start, (starts.get(start) ?? 0) + 1);
    const [start, count] = [...starts].reduce(
      (most, one) => (one[1] * one[0].length > most[1] * most[0].length ? one : most),
      ['', 0],
    );
    const isShared = count > 2 && (count - 1) * start.length > MIN_SAVED;
    const lines = entries.map(
      ({ address, number }) =>
        `${number} ${isShared && address.startsWith(start) ? `…${address.slice(start.length)}` : address}`,
    );
    if (lines.length === 0) return [];
    return [isShared ? `Addresses (… is ${start}):` : 'Addresses:', ...lines];
  }
}

/** Scheme, host and the folders before the last two pieces of the path. */
function startOf(address: string): string {
  const path = /^[a-z]+:\/\/[^/]*\/(?:[^/?#]+\/)?/i.exec(address) ?? /^\/(?:[^/?#]+\/)+/.exec(address);
  return path?.[0] ?? '';
}
