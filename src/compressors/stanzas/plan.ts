/** Plans of changes, as Terraform and OpenTofu print them: what is only said to be read, or to be known later, as counts. */
import { readEntry } from './outline.ts';
import type { Reduced, Reducer } from './reducer.ts';

const LOOKED_AT_CHARS = 60_000;
const RESOURCE = /^(?: {2}[-+~]| ?<=|-\/\+|\+\/-) (?:resource|data) "[^"\n]+" "[^"\n]+" \{\r?$/m;
const ABOUT = /^ {2}# \S.* (?:will be|must be|is tainted|has been|has changed|has moved|will no longer)/m;

function isPlan(text: string): boolean {
  const looked = text.length > LOOKED_AT_CHARS ? text.slice(0, LOOKED_AT_CHARS) : text;
  return looked.includes('# ') && looked.includes('" {') && ABOUT.test(looked) && RESOURCE.test(looked);
}

const PROGRESS = /^\S+: (Refreshing state|Reading|Read complete|Still \w+)(?:\.\.\.| after )/;
const KNOWN_LATER = /^(\s*\+ )(\S+ += )?\(known after apply\)(,?)$/;
const MIN_FOLDED = 3;
/** Blanks that put values one below the other. */
const ALIGNED = /^( *(?:[-+~] )?[^\s=]{1,100}) {2,}= /;

/** Values known later that stand in one block. */
interface Group {
  readonly sign: string;
  readonly isList: boolean;
  count: number;
  isSaid: boolean;
}

/** For each line the group that it is of. */
function groupsOf(lines: readonly string[]): readonly (Group | undefined)[] {
  const open = new Map<number, Group>();
  return lines.map((line) => {
    const { column } = readEntry(line);
    for (const deeper of open.keys()) if (deeper > column) open.delete(deeper);
    const match = KNOWN_LATER.exec(line);
    if (!match) return undefined;
    const isList = match[2] === undefined;
    let group = open.get(column);
    if (group?.isList !== isList) open.set(column, (group = { sign: match[1]!, isList, count: 0, isSaid: false }));
    group.count++;
    return group;
  });
}

function reducePlan(source: readonly string[]): Reduced {
  const { lines, read } = withoutProgress(source);
  const groups = groupsOf(lines);
  const out: string[] = [];
  let later = 0;
  for (const [i, line] of lines.entries()) {
    const group = groups[i];
    if (!group || group.count < MIN_FOLDED) out.push(line.replace(ALIGNED, '$1 = '));
    else {
      later++;
      if (!group.isSaid)
        out.push(`${group.sign}${group.count} ${group.isList ? 'values' : 'attributes'} (known after apply)`);
      group.isSaid = true;
    }
  }
  return {
    lines: out,
    left: `${read} lines of reading state, ${later} values that are only (known after apply); blanks that only align`,
  };
}

function withoutProgress(source: readonly string[]): { lines: readonly string[]; read: number } {
  const lines: string[] = [];
  let read = 0;
  let counts = new Map<string, number>();
  const flush = (): void => {
    if (counts.size === 0) return;
    lines.push(`[left out: ${[...counts].map(([what, count]) => `${count} of "${what}"`).join(', ')}]`);
    counts = new Map();
  };
  for (const line of source) {
    const what = PROGRESS.exec(line)?.[1];
    if (what === undefined) {
      flush();
      lines.push(line);
    } else {
      counts.set(what, (counts.get(what) ?? 0) + 1);
      read++;
    }
  }
  flush();
  return { lines, read };
}

export const plan: Reducer = { isOf: isPlan, reduce: reducePlan };
