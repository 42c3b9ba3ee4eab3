/** git reflog: `HEAD@{0}`, `HEAD@{1}` and so on are left out after the hashes, as long as they count up. */
import type { Deadline } from '../../core/deadline.ts';
import { ESCAPE, LINES_PER_CHECK } from './listing.ts';
import type { Listing } from './listing.ts';

const HEADER =
  /^\[headroom: git reflog; left out after each hash: "([^\s@{}]{1,100})@\{0\}:", then @\{1\} and so on\]$/;
const LINE = /^([0-9a-f]{7,64}(?: \([^()]{1,300}\))?) ([^\s@{}]{1,100})@\{(\d{1,7})\}: (.*)$/;
const THINNED = /^([0-9a-f]{7,64}(?: \([^()]{1,300}\))?) (.*)$/;

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const ref = LINE.exec(lines.find((line) => LINE.test(line)) ?? '')?.[2];
  if (ref === undefined) return undefined;
  const out = [`[headroom: git reflog; left out after each hash: "${ref}@{0}:", then @{1} and so on]`];
  let count = 0;
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const [, start, own, number, rest = ''] = LINE.exec(line) ?? [];
    const said = `${start} ${rest}`;
    if (own !== ref || number !== String(count) || THINNED.exec(said)?.[1] !== start) out.push(ESCAPE + line);
    else {
      out.push(said);
      count++;
    }
  }
  return out;
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  const ref = HEADER.exec(header)?.[1];
  if (ref === undefined) return undefined;
  const out: string[] = [];
  let count = 0;
  for (const line of form) {
    const thinned = line.startsWith(ESCAPE) ? undefined : THINNED.exec(line);
    if (!thinned && !line.startsWith(ESCAPE)) return undefined;
    out.push(thinned ? `${thinned[1]} ${ref}@{${count++}}: ${thinned[2]}` : line.slice(1));
  }
  return out;
}

export const reflog: Listing = { line: LINE, write, read };
