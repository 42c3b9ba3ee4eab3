/**
 * What `git status`, `git log` and the like print, under a label that announces it: whole lines that nothing else is
 * spelt like. Where a line could be words the block ends, and where too little of it is sure nothing is taken.
 */
import type { Volatile } from './volatile.ts';

const OF_GIT =
  '(?:(?:current |latest )?(?:git[ _-]?status|git[ _-]?log|working[ _-]tree)|(?:recent|last|latest)(?: \\d{1,3}| few)?(?: git)?[ _-]commits?' +
  '|(?:git )?(?:changed|modified|staged|unstaged|uncommitted|untracked)[ _-](?:files|changes))';
/** `Git status (now):`, `## Git status`, `<git_status>`, each alone on its line. */
const LABEL = new RegExp(
  `^[ \\t]*(?:(?:[-*#>]{1,4} )?[*_\`]{0,2}(?<said>${OF_GIT}|status)[^\\n:]{0,40}:[*_\`]{0,2}` +
    `|#{1,6} (?<headed>${OF_GIT})|<(?<tagged>${OF_GIT})>)[ \\t]*$`,
  'gim',
);
/** Where `git status` begins without one. */
const OPENING = /^(?:On branch \S+|HEAD detached (?:at|from) \S+|## [\w./-]+\.\.\.[\w./-]+(?: \[[^\]\n]+\])?)$/gm;

const PATH = String.raw`(?:"[^"\n]+"|[^\s"]+)`;
/** No sentence is spelt so. */
const SURE = new RegExp(
  [
    String.raw`(?: [MADRCUT?!]|[MADRCUT][MADRCUT ]|\?\?|!!) ${PATH}(?: -> ${PATH})?`,
    String.raw`[MADRCUT?]{1,2} (?=\S*[./_\d-])${PATH}(?: -> ${PATH})?`,
    String.raw`(?:[*-] )?(?=[0-9a-f]*\d)[0-9a-f]{7,40}:? \S.*`,
    String.raw`On branch \S+`,
    String.raw`HEAD detached (?:at|from) \S+`,
    String.raw`## [\w./-]+(?:\.\.\.[\w./-]+(?: \[[^\]]+\])?)?`,
    String.raw`Your branch is (?:ahead of|behind|up to date with) '[^']+'.*`,
    String.raw`Your branch and '[^']+' have diverged,`,
    String.raw`and have \d+ and \d+ different commits each, respectively\.`,
    String.raw`(?:Changes not staged for commit|Changes to be committed|Untracked files|Unmerged paths):`,
    String.raw`[ \t]+(?:both )?(?:modified|new file|deleted|renamed|copied|typechange|added|added by us|added by them):[ \t]+\S.*`,
    String.raw`[ \t]+\((?:use|commit) .*\)`,
    String.raw`\t${PATH}`,
    String.raw`nothing to commit.*`,
    String.raw`nothing added to commit.*`,
    String.raw`no changes added to commit.*`,
    String.raw`\(?(?:working tree )?clean\)?`,
    String.raw`\(?no (?:changes|commits)(?: yet)?\)?`,
  ]
    .map((line) => `(?:${line})`)
    .join('|')
    .replace(/^.*$/s, String.raw`^(?:$&)[ \t]*\r?$`),
);
/** Of status or log where surer lines stand beside it. */
const LIKELY = new RegExp(String.raw`^(?:[MADRCUT?]{1,2} ${PATH}|(?:[*-] )?[0-9a-f]{7,40}:? \S.*)[ \t]*\r?$`);
/** What the letters mean, not where they stand. */
const LEGEND = /^..? +(?:=|-|:|means|modified|added|deleted|renamed|copied|updated|untracked|ignored|unmerged)\b/i;
/** Another part of what `git status` prints stands behind an empty line. */
const NEXT_PART =
  /^(?:Changes not staged for commit:|Changes to be committed:|Untracked files:|Unmerged paths:|no(?:thing|thing added| changes added)? to commit|no changes added to commit|nothing added to commit)/;
const FENCE = /^[ \t]*(?:```|~~~)\w*[ \t]*\r?$/;
const CLOSING = /^[ \t]*<\//;

/** @param isShown whether a place only shows what something looks like. */
export function statusBlocks(text: string, isShown: (place: number) => boolean): Volatile[] {
  const labelled = Array.from(text.matchAll(LABEL)).flatMap((match) => {
    if (isShown(match.index)) return [];
    const { said, headed, tagged } = match.groups!;
    const label = (said ?? headed ?? tagged)!;
    const lines = new Lines(text, match.index + match[0].length + 1);
    if (lines.line.trim() === '') lines.next();
    const isFenced = FENCE.test(lines.line);
    if (isFenced) lines.next();
    return blockAt(lines, label, isFenced);
  });
  return [...labelled, ...openedIn(text, isShown)];
}

/** Without a label. One line alone may be the beginning of a sentence. */
function openedIn(text: string, isShown: (place: number) => boolean): Volatile[] {
  let looked = 0;
  return Array.from(text.matchAll(OPENING)).flatMap(({ index }) => {
    if (index < looked || isShown(index)) return [];
    const lines = new Lines(text, index);
    const found = blockAt(lines, 'git status', false);
    looked = lines.start;
    return found.filter(({ start, end }) => text.slice(start, end).includes('\n'));
  });
}

/** The lines of a text from a place on. */
class Lines {
  readonly text: string;
  start: number;
  end: number;

  constructor(text: string, start: number) {
    this.text = text;
    this.start = start;
    this.end = lineEnd(text, start);
  }

  get isOver(): boolean {
    return this.start >= this.text.length;
  }

  get line(): string {
    return this.text.slice(this.start, this.end);
  }

  next(): void {
    this.start = this.end + 1;
    this.end = lineEnd(this.text, this.start);
  }
}

function blockAt(lines: Lines, label: string, isFenced: boolean): Volatile[] {
  const { start } = lines;
  let [end, sure, likely] = [start, 0, 0];
  for (; !lines.isOver; lines.next()) {
    const { line } = lines;
    if (line.trim() === '') {
      if (NEXT_PART.test(lineAfter(lines))) continue;
      break;
    }
    if (LEGEND.test(line)) return [];
    if (SURE.test(line)) sure++;
    else if (LIKELY.test(line)) likely++;
    else break;
    end = lines.end;
  }
  const isEnded = lines.isOver || lines.line.trim() === '' || CLOSING.test(lines.line) || FENCE.test(lines.line);
  const isWhole = isFenced ? FENCE.test(lines.line) : isEnded || likely === 0;
  return sure > 0 && isWhole ? [{ start, end, label }] : [];
}

function lineAfter({ text, end }: Lines): string {
  return text.slice(end + 1, lineEnd(text, end + 1));
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
