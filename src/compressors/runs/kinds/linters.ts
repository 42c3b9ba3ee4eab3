/** What biome says in blocks below a rule, and the vulnerabilities that npm audit lists: each with its title and message. */
import { CONTEXT, DETAIL, KEY, NOISE } from '../sheet.ts';
import type { Sheet } from '../sheet.ts';

const RULED = /^(\S.*?) *━{8,}$/;
const MESSAGE = /^ {2}[×✖✕!iℹ] \S/;
const BELOW = /^\s|^$/;
const CODE = /^\s+(?:> )?\s*(?:\d+ )*[│|]/;

export function rankBiome(sheet: Sheet, start: number): number {
  const head = sheet.line(start);
  const title = head.endsWith('━') ? RULED.exec(head)?.[1] : undefined;
  if (title === undefined) return start;
  let at = start + 1;
  let messages = 0;
  for (; at < sheet.lines.length && BELOW.test(sheet.line(at)); at++) {
    const line = sheet.line(at);
    if (MESSAGE.test(line)) sheet.rank(at, messages++ === 0 ? KEY : DETAIL);
    else
      sheet.rank(
        at,
        line.trim() === '' ? NOISE : /^\s+> .*[│|]/.test(line) ? DETAIL : CODE.test(line) ? CONTEXT : DETAIL,
      );
  }
  if (messages === 0) return start;
  sheet.rank(start, KEY);
  sheet.said.set(start, title);
  return at;
}

const SEVERITY = /^Severity: \w+/;
const MAX_TITLES = 30;

/** A package, its severity and its advisories; how to mend it, and where it stands, go first. */
export function rankAudit(sheet: Sheet, start: number): number {
  if (!SEVERITY.test(sheet.line(start + 1)) || !/^\S+ {2}\S/.test(sheet.line(start))) return start;
  let at = start;
  for (; at < sheet.lines.length && sheet.line(at).trim() !== ''; at++) {
    const line = sheet.line(at);
    const isSaid = at <= start + 1 || (/https?:\/\//.test(line) && at < start + MAX_TITLES);
    sheet.rank(at, isSaid || line.startsWith('No fix') ? KEY : /^(?:fix|Will|Depends)/.test(line) ? DETAIL : CONTEXT);
  }
  return at;
}
