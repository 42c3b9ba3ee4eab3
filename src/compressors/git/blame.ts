/** git blame: what it says of a commit stands once above each run of its lines, in full where it comes first. */
import type { Deadline } from '../../core/deadline.ts';
import { ESCAPE, LINES_PER_CHECK } from './listing.ts';
import type { Listing } from './listing.ts';

const HEADER =
  /^\[headroom: git blame; above each run of lines stands its commit, in full the first time; numbers (\d) wide\]$/;
const WITH_DATE = /^(\^?[0-9a-f]{7,64}) .{0,200}?\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d [+-]\d{4})? +(\d{1,7})\)/;
const HASH_ONLY = /^(\^?[0-9a-f]{7,64}) +(\d{1,7})\)/;
const NUMBERED = /^(\d{1,7})\)/;

interface BlameLine {
  readonly hash: string;
  /** All before the number and its padding. */
  readonly commit: string;
  readonly padded: string;
  /** From the bracket on. */
  readonly rest: string;
}

function readLine(line: string): BlameLine | undefined {
  const match = HASH_ONLY.exec(line) ?? WITH_DATE.exec(line);
  if (!match) return undefined;
  const [all, hash = '', number = ''] = match;
  const commit = all.slice(0, -number.length - 1).trimEnd();
  return { hash, commit, padded: all.slice(commit.length + 1, -1), rest: line.slice(all.length - 1) };
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const read = lines.map(readLine);
  const width = read.reduce((most, line) => Math.max(most, line?.padded.length ?? 0), 0);
  if (width === 0 || width > 9) return undefined;
  const out = [
    `[headroom: git blame; above each run of lines stands its commit, in full the first time; numbers ${width} wide]`,
  ];
  const known = new Map<string, string>();
  let above: string | undefined;
  for (const [i, line] of lines.entries()) {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    const blamed = read[i];
    const number = blamed?.padded.trimStart() ?? '';
    // A hash alone stands for what was said with it before.
    const isAmbiguous =
      blamed && blamed.commit === blamed.hash && (known.get(blamed.hash) ?? blamed.hash) !== blamed.hash;
    if (!blamed || isAmbiguous || number.padStart(width) !== blamed.padded) {
      out.push(ESCAPE + line);
      continue;
    }
    const { hash, commit, rest } = blamed;
    if (commit !== above) {
      out.push(known.get(hash) === commit ? hash : commit);
      known.set(hash, commit);
      above = commit;
    }
    out.push(number + rest);
  }
  return out;
}

function read(header: string, form: readonly string[]): readonly string[] | undefined {
  const width = Number(HEADER.exec(header)?.[1] ?? 0);
  if (width === 0) return undefined;
  const out: string[] = [];
  const known = new Map<string, string>();
  let commit = '';
  for (const line of form) {
    const number = NUMBERED.exec(line)?.[1];
    if (line.startsWith(ESCAPE)) out.push(line.slice(1));
    else if (number !== undefined) out.push(`${commit} ${number.padStart(width)}${line.slice(number.length)}`);
    else {
      const [hash = ''] = line.split(' ', 1);
      commit = line === hash ? (known.get(hash) ?? line) : line;
      known.set(hash, commit);
    }
  }
  return out;
}

export const blame: Listing = { line: new RegExp(`${HASH_ONLY.source}|${WITH_DATE.source}`), write, read };
