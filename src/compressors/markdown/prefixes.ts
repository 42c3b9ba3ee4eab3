/** The lossless form of Markdown: what many addresses begin with is said once and stands as a sign in the text. */
import type { Deadline } from '../../core/deadline.ts';

const SIGNS = '~^§¤¶†';
const MAX_PREFIXES = 4;
const MIN_LENGTH = 16;
const MIN_COUNT = 3;
const MAX_ADDRESSES = 20_000;
const MAX_SOURCE = 32_000_000;
const MAX_HEAD = 4000;
const ADDRESS = /https?:\/\/[^\s()[\]<>"'`,]{8,300}/g;
const HEAD = /^\[headroom: (. is https?:\/\/\S+(?:, . is https?:\/\/\S+)*) in these (\d{1,8}) characters\]\n/u;
const ENTRY = /^(.) is (https?:\/\/\S+)$/u;

/** The starts of an address up to each of its slashes. */
function startsOf(address: string): readonly string[] {
  const starts: string[] = [];
  for (let at = address.indexOf('/', 8); at > 0 && starts.length < 6; at = address.indexOf('/', at + 1)) {
    starts.push(address.slice(0, at + 1));
  }
  return starts;
}

function bestStart(addresses: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const address of addresses)
    for (const start of startsOf(address)) counts.set(start, (counts.get(start) ?? 0) + 1);
  let best: string | undefined;
  let most = 0;
  for (const [start, count] of counts) {
    const saved = (count - 1) * start.length - 10;
    if (count < MIN_COUNT || start.length < MIN_LENGTH || saved <= most) continue;
    best = start;
    most = saved;
  }
  return best;
}

/** Undefined when no addresses begin alike, or no sign is free. */
export function writePrefixes(text: string, deadline: Deadline): string | undefined {
  const signs = Array.from(SIGNS).filter((sign) => !text.includes(sign));
  let addresses: readonly string[] = (text.match(ADDRESS) ?? []).slice(0, MAX_ADDRESSES);
  const entries: string[] = [];
  let said = text;
  for (const sign of signs.slice(0, MAX_PREFIXES)) {
    deadline.check();
    const start = bestStart(addresses);
    if (start === undefined || start.includes(sign)) break;
    entries.push(`${sign} is ${start}`);
    said = said.replaceAll(start, sign);
    addresses = addresses.filter((address) => !address.startsWith(start));
  }
  return entries.length === 0
    ? undefined
    : `[headroom: ${entries.join(', ')} in these ${text.length} characters]\n${said}`;
}

/** The source; undefined when the text is no such form. */
export function readPrefixes(text: string): string | undefined {
  const head = text.startsWith('[headroom: ') ? HEAD.exec(text.slice(0, MAX_HEAD)) : null;
  if (!head) return undefined;
  let source = text.slice(head[0].length);
  for (const entry of head[1]!.split(', ').toReversed()) {
    const [, sign, start] = ENTRY.exec(entry) ?? [];
    if (sign === undefined || start === undefined) return undefined;
    const parts = source.split(sign);
    if (source.length + parts.length * start.length > MAX_SOURCE) return undefined;
    source = parts.join(start);
  }
  return source.length === Number(head[2]) ? source : undefined;
}
