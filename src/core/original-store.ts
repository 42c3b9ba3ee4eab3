/** Keeps what was shortened, byte for byte, so that it can be had back. Handed out bound to one tenant. */
export interface OriginalStore {
  /** The key is `hashOf(text)`: the same text has the same key in every process. Durable once this returns. */
  put(text: string): string;
  get(key: string): string | undefined;
}
