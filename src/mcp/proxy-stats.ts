/** What a proxy that runs on this machine has done so far. */
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../core/json/value.ts';

const TIMEOUT_MS = 1000;
const MAX_CHARS = 1_000_000;

/** Undefined when nobody listens there, or something that is no Headroom proxy. */
export async function proxyStats(url: string, token: string | undefined): Promise<JsonObject | undefined> {
  try {
    const response = await fetch(`${url}/stats`, {
      headers: token === undefined ? {} : { 'x-headroom-token': token },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok || text.length > MAX_CHARS) return undefined;
    const stats = asObject(JSON.parse(text) as JsonValue);
    return isJsonObject(stats['requests']) && isJsonObject(stats['tokens']) ? { proxy: url, ...stats } : undefined;
  } catch {
    return undefined;
  }
}
