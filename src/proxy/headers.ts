/** Headers on their way through: order, case and repeats stay; what belongs to one connection, or to us, does not pass. */
import type { HeaderList } from '../core/backend.ts';

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OURS = 'x-headroom-';
export const TOKEN_HEADER = 'x-headroom-token';
const BYPASS_HEADER = 'x-headroom-bypass';

/** @param raw names and values in turn, as Node gives them. */
export function headerList(raw: readonly string[]): HeaderList {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) headers.push([raw[index]!, raw[index + 1]!]);
  return headers;
}

export function isBypass(headers: HeaderList): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === BYPASS_HEADER && value.trim().toLowerCase() === 'true');
}

/**
 * What goes upstream, names and values in turn. Host and length are the sender's to set, and Expect was answered here.
 * @param dropped further names, in lower case.
 */
export function requestHeaders(headers: HeaderList, dropped: readonly string[] = []): string[] {
  const named = namedByConnection(headers);
  const kept: string[] = [];
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.includes(key) || dropped.includes(key)) continue;
    if (key === 'host' || key === 'content-length' || key === 'expect' || key.startsWith(OURS)) continue;
    kept.push(name, value);
  }
  return kept;
}

/** What goes back to the client, names and values in turn. */
export function responseHeaders(raw: readonly string[]): string[] {
  const headers = headerList(raw);
  const named = namedByConnection(headers);
  const kept: string[] = [];
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (!HOP_BY_HOP.has(key) && !named.includes(key)) kept.push(name, value);
  }
  return kept;
}

/** The handshake of an upgrade: everything passes but the host and what is ours. */
export function upgradeHeaders(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => {
    const key = name.toLowerCase();
    return key !== 'host' && key !== 'proxy-authorization' && !key.startsWith(OURS);
  });
}

function namedByConnection(headers: HeaderList): readonly string[] {
  const names: string[] = [];
  for (const [name, value] of headers) {
    if (name.length === 10 && name.toLowerCase() === 'connection') {
      names.push(
        ...value
          .toLowerCase()
          .split(',')
          .map((token) => token.trim()),
      );
    }
  }
  return names;
}
