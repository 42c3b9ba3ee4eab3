/**
 * What tree, npm ls and cargo tree draw: one blank for each level instead of the branches. Which branch was drawn where
 * follows from the levels below; where it does not, as in a drawing cut off, the line stays as it was.
 */
import type { Deadline } from '../../core/deadline.ts';
import { isAtLeast } from '../../core/enough.ts';
import { AS_IT_WAS, LINES_PER_CHECK } from './shape.ts';
import type { Shape } from './shape.ts';

interface Style {
  /** Before an entry that others follow, and before the last one. */
  readonly tee: string;
  readonly corner: string;
  /** The same for an entry with entries below it, where that is drawn. */
  readonly teeOpen: string;
  readonly cornerOpen: string;
  /** Below an entry that others follow, and below the last one. */
  readonly bar: string;
  readonly gap: string;
}

const STYLES: Readonly<Record<string, Style>> = {
  tree: { tee: '├── ', corner: '└── ', teeOpen: '├── ', cornerOpen: '└── ', bar: '│   ', gap: '    ' },
  'tree, hard blanks': {
    tee: '├── ',
    corner: '└── ',
    teeOpen: '├── ',
    cornerOpen: '└── ',
    bar: '│\u00a0\u00a0 ',
    gap: '    ',
  },
  'npm tree': { tee: '├── ', corner: '└── ', teeOpen: '├─┬ ', cornerOpen: '└─┬ ', bar: '│ ', gap: '  ' },
  'ASCII tree': { tee: '|-- ', corner: '`-- ', teeOpen: '|-- ', cornerOpen: '`-- ', bar: '|   ', gap: '    ' },
  'Gradle tree': { tee: '+--- ', corner: '\\--- ', teeOpen: '+--- ', cornerOpen: '\\--- ', bar: '|    ', gap: '     ' },
};
const HEADER =
  /^\[(tree|tree, hard blanks|npm tree|ASCII tree|Gradle tree), one blank for each level(?:; more follows at levels? ([\d, ]{1,200}))?\]$/;
/** How lines of any style begin. */
const DRAWN = /^ *[├└│|`+\\]/;
const MIN_BRANCHES = 4;
/** Of the lines, how many are drawn. */
const MIN_SHARE = 0.6;
const MAX_LEVEL = 200;

interface Branch {
  readonly level: number;
  readonly name: string;
}

/** Undefined for a line that no branch leads to. */
function readBranch(line: string, { tee, corner, teeOpen, cornerOpen, bar, gap }: Style): Branch | undefined {
  let at = 0;
  for (let level = 1; level <= MAX_LEVEL; level++) {
    if (line.startsWith(tee, at) || line.startsWith(corner, at)) return { level, name: line.slice(at + tee.length) };
    if (line.startsWith(teeOpen, at) || line.startsWith(cornerOpen, at))
      return { level, name: line.slice(at + teeOpen.length) };
    if (line.startsWith(bar, at)) at += bar.length;
    else if (line.startsWith(gap, at)) at += gap.length;
    else return undefined;
  }
  return undefined;
}

/**
 * How each branch is drawn, given what follows it.
 * @param open levels at which more follows after the last line
 */
function draw(branches: readonly (Branch | undefined)[], style: Style, open: ReadonlySet<number>): readonly string[] {
  const drawn = branches.map(() => '');
  let isFollowed: boolean[] = [];
  for (const level of open) isFollowed[level] = true;
  let below = open.size > 0 ? Math.max(...open) : 0;
  for (let i = branches.length - 1; i >= 0; i--) {
    const branch = branches[i];
    if (!branch) {
      [isFollowed, below] = [[], 0];
      continue;
    }
    const { level, name } = branch;
    isFollowed.length = Math.min(isFollowed.length, level + 1);
    const isOpen = below > level;
    const [whenFollowed, whenLast] = isOpen ? [style.teeOpen, style.cornerOpen] : [style.tee, style.corner];
    let start = '';
    for (let above = 1; above < level; above++) start += isFollowed[above] ? style.bar : style.gap;
    drawn[i] = start + (isFollowed[level] ? whenFollowed : whenLast) + name;
    isFollowed[level] = true;
    below = level;
  }
  return drawn;
}

/** The levels at which the drawing goes on after its last line, because it was cut off there. */
function openLevels(lines: readonly string[], style: Style): ReadonlySet<number> {
  const open = new Set<number>();
  let level = Number.POSITIVE_INFINITY;
  for (let i = lines.length - 1; i >= 0 && level > 1; i--) {
    const branch = readBranch(lines[i]!, style);
    if (!branch) {
      if (level < Number.POSITIVE_INFINITY) break;
      continue;
    }
    if (branch.level >= level) continue;
    ({ level } = branch);
    const mark = lines[i]!.slice(0, lines[i]!.length - branch.name.length);
    if (mark.endsWith(style.tee) || mark.endsWith(style.teeOpen)) open.add(level);
  }
  return open;
}

function findStyle(lines: readonly string[]): { name: string; share: number } {
  let best = { name: '', share: 0 };
  const drawn = lines.filter((line) => DRAWN.test(line));
  if (drawn.length < MIN_BRANCHES) return best;
  for (const [name, style] of Object.entries(STYLES)) {
    const branches = drawn.filter((line) => readBranch(line, style)).length;
    const share = branches >= MIN_BRANCHES ? branches / lines.length : 0;
    if (share > best.share) best = { name, share };
    if (branches === drawn.length) break;
  }
  return best;
}

function write(lines: readonly string[], deadline: Deadline): readonly string[] | undefined {
  const { name } = findStyle(lines.slice(0, 200));
  const style = STYLES[name];
  if (!style) return undefined;
  const branches = lines.map((line, i) => {
    if (i % LINES_PER_CHECK === 0) deadline.check();
    return readBranch(line, style);
  });
  const open = openLevels(lines, style);
  const drawn = draw(branches, style, open);
  deadline.check();
  const more =
    open.size === 0 ? '' : `; more follows at level${open.size > 1 ? 's' : ''} ${[...open].toReversed().join(', ')}`;
  const out = [`[${name}, one blank for each level${more}]`];
  for (const [i, line] of lines.entries()) {
    const branch = branches[i];
    if (branch && drawn[i] === line && !/^[\s\\]/.test(branch.name)) out.push(' '.repeat(branch.level) + branch.name);
    else out.push(line.startsWith(' ') || line.startsWith(AS_IT_WAS) ? AS_IT_WAS + line : line);
  }
  return out;
}

function read(header: RegExpExecArray, lines: readonly string[]): readonly string[] {
  const style = STYLES[header[1]!]!;
  const open = new Set(
    (header[2] ?? '')
      .split(', ')
      .map(Number)
      .filter((level) => level > 0 && level <= MAX_LEVEL),
  );
  const plain = lines.map((line) => (line.startsWith(AS_IT_WAS) ? line.slice(1) : line));
  const branches = lines.map((line, i): Branch | undefined => {
    if (!line.startsWith(' ')) return readBranch(plain[i]!, style);
    const name = line.trimStart();
    return { level: line.length - name.length, name };
  });
  if (branches.some((branch) => branch !== undefined && branch.level > MAX_LEVEL)) return plain;
  const drawn = draw(branches, style, open);
  return lines.map((line, i) => (line.startsWith(' ') ? drawn[i]! : plain[i]!));
}

export const tree: Shape = {
  name: 'tree',
  claim(lines: readonly string[]): number {
    const seen = lines.filter((line) => line !== '');
    if (!isAtLeast(seen, MIN_SHARE, (line) => DRAWN.test(line))) return 0;
    const { share } = findStyle(seen);
    return share >= MIN_SHARE ? 0.9 + share / 20 : 0;
  },
  write,
  header: HEADER,
  read,
};
