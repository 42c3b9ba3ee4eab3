/**
 * Code beside line numbers and bars, as rustc, ruff and others print it below a place: said by how far each line is from
 * the place, so that blocks at different places read the same. `render` gives the printed lines again.
 */

export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** How one tool sets its bars. */
export interface Style {
  /** Whether short numbers stand left. */
  readonly isLeft: boolean;
  /** Blanks before the longest number; where there are four, an angle among them points at the place. */
  readonly margin: number;
  /** From the longest number to the bar. */
  readonly pad: number;
  /** From the indent of arrows and of notes to the bar. */
  readonly arrow: number;
  readonly note: number;
}

/** Marks that stand in lines said this way; no text that holds one is said so. */
export const MARKS: RegExp = /[\uE000-\uE007]/;
export const PLACE_MARK = '\uE000';
const LINE_START = '\uE001';
const LINE_END = '\uE002';
const COLUMN_MARK = '\uE003';
const FILL_START = '\uE004';
const FILL_END = '\uE005';

const NUMBERED = /^( *)(\d{1,7})( *)([|│+])(.*)$/s;
const BARRED = /^( +)([|│])(.*)$/s;
const REMOVED = /^ +(-(?: .*)?)$/s;
const ARROW = /^ *((?:-->|:::) .*)$/s;
const NOTE = /^ +(= .*)$/s;
const POINTED = /^( +)([\^~-].*)$/s;
const FILLED = /^([^━]*)(━{8,})$/;
/** As biome points at a line, and the blanks of the other lines. */
const ANGLE = '  > ';
const NO_ANGLE = '    ';

function withoutAngle(line: string): string {
  return line.startsWith(ANGLE) ? NO_ANGLE + line.slice(ANGLE.length) : line;
}

type Piece = 'numbered' | 'barred' | 'removed' | 'arrow' | 'note' | 'dots';

/** How such lines begin: most others do not. */
const OPENS_PIECE = /^ *[\d|│=:>.-]/;

function pieceOf(line: string): Piece | undefined {
  if (!OPENS_PIECE.test(line)) return undefined;
  if (line === '...') return 'dots';
  if (NUMBERED.test(withoutAngle(line))) return 'numbered';
  if (BARRED.test(line)) return 'barred';
  if (ARROW.test(line)) return 'arrow';
  if (NOTE.test(line)) return 'note';
  return REMOVED.test(line) ? 'removed' : undefined;
}

/** Ranges of lines that hang on one bar. */
function sectionsOf(
  lines: readonly string[],
  isPart: (line: string) => boolean,
): readonly (readonly [number, number])[] {
  const sections: [number, number][] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && isPart(lines[end]!)) end++;
    if (end > at) sections.push([at, end]);
    at = Math.max(at + 1, end);
  }
  return sections;
}

/** What was found out about all blocks of a text. */
export interface Setup {
  readonly style: Style | undefined;
  readonly width: number | undefined;
}

/** The style that most of the blocks follow; undefined when there is no code in them. */
export function findStyle(blocks: readonly (readonly string[])[]): Style | undefined {
  const votes = new Map<string, { readonly style: Style; count: number }>();
  let left = 0;
  for (const lines of blocks) {
    for (const [start, end] of sectionsOf(lines, (line) => pieceOf(line) !== undefined)) {
      const found = styleOf(lines.slice(start, end));
      if (!found) continue;
      left += found.left;
      const key = JSON.stringify(found.style);
      const known = votes.get(key);
      if (known) known.count++;
      else votes.set(key, { style: found.style, count: 1 });
    }
  }
  const most = [...votes.values()].sort((a, b) => b.count - a.count)[0];
  return most && { ...most.style, isLeft: left > 0 };
}

function styleOf(lines: readonly string[]): { readonly style: Style; readonly left: number } | undefined {
  let arrow: number | undefined;
  let note: number | undefined;
  const numbers = lines.flatMap((line) => {
    if (ARROW.test(line)) arrow = indentOf(line);
    else if (NOTE.test(line)) note = indentOf(line);
    const match = NUMBERED.exec(withoutAngle(line));
    return match ? [{ indent: match[1]!.length, digits: match[2]!.length, bar: match[0].indexOf(match[4]!) }] : [];
  });
  if (numbers.length === 0) return undefined;
  const longest = numbers.reduce((best, one) => (one.digits > best.digits ? one : best));
  const { bar, digits, indent: margin } = longest;
  let left = 0;
  for (const one of numbers) if (one.digits < digits) left += one.indent === margin ? 1 : -1;
  const pad = bar - margin - digits;
  const style = { isLeft: false, margin, pad, arrow: bar - (arrow ?? bar - 1), note: bar - (note ?? bar) };
  const isSayable = [margin, pad, style.arrow, style.note].every((one) => one >= 0 && one < 10);
  return isSayable ? { style, left } : undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** How long the lines are that a tool fills with a rule, where most are equally long. */
export function findWidth(lines: readonly string[]): number | undefined {
  const widths = lines.filter((line) => line.endsWith('━') && FILLED.test(line)).map(({ length }) => length);
  return widths.filter((one) => one === widths[0]).length > widths.length / 2 ? widths[0] : undefined;
}

/** The lines said relative to the place; a section that the style does not give again stays as it is. */
export function relate(lines: readonly string[], spot: Spot | undefined, { style, width }: Setup): readonly string[] {
  const out = lines.map((line) => (line.length === width ? shortenFill(line) : line));
  if (!spot || !style) return out;
  for (const [start, end] of sectionsOf(lines, (line) => pieceOf(line) !== undefined)) {
    const own = lines.slice(start, end);
    const related = relateSection(own, spot);
    const again = renderSection(related, spot, style);
    if (again?.every((line, i) => line === own[i])) out.splice(start, end - start, ...related);
  }
  return out;
}

function relateSection(lines: readonly string[], spot: Spot): readonly string[] {
  let at = spot;
  return lines.map((line) => {
    const numbered = NUMBERED.exec(withoutAngle(line));
    if (numbered) {
      const from = Number(numbered[2]) - at.line;
      return `${LINE_START}${from < 0 ? from : `+${from}`}${LINE_END}${numbered[4]!}${numbered[5]!}`;
    }
    const barred = BARRED.exec(line);
    if (barred) return barred[2]! + relatePointer(barred[3]!, at);
    at = spotOf(line) ?? at;
    return line === '...' ? line : line.trimStart();
  });
}

function relatePointer(rest: string, { column }: Spot): string {
  const pointed = POINTED.exec(rest);
  return pointed && pointed[1]!.length === column ? `${COLUMN_MARK} ${pointed[2]!}` : rest;
}

function spotOf(line: string): Spot | undefined {
  const match = /^ *(?:-->|:::) .*:(\d{1,7}):(\d{1,7})$/.exec(line);
  return match ? { line: Number(match[1]), column: Number(match[2]) } : undefined;
}

const RELATED = new RegExp(`^${LINE_START}([+-]\\d{1,7})${LINE_END}([|│+].*)$`, 's');

function isRelated(line: string): boolean {
  return line === '...' || line.startsWith(LINE_START) || /^(?:[|│]|--> |::: |= |-(?: |$))/.test(line);
}

/** Lines said by `relate` as they were printed. */
export function render(lines: readonly string[], spot: Spot | undefined, style: Style | undefined): readonly string[] {
  const out = [...lines];
  if (spot && style) {
    for (const [start, end] of sectionsOf(lines, isRelated)) {
      const own = lines.slice(start, end);
      out.splice(start, end - start, ...(renderSection(own, spot, style) ?? own));
    }
  }
  return out.map(lengthenFill);
}

function renderSection(lines: readonly string[], spot: Spot, style: Style): readonly string[] | undefined {
  const numbers: (number | undefined)[] = [];
  let base = spot;
  let digits = 0;
  for (const line of lines) {
    const from = RELATED.exec(line)?.[1];
    base = spotOf(line) ?? base;
    const number = from === undefined ? undefined : base.line + Number(from);
    if (number !== undefined) digits = Math.max(digits, String(number).length);
    numbers.push(number);
  }
  if (digits === 0) return undefined;
  const bar = style.margin + digits + style.pad;
  let at = spot;
  return lines.map((line, i) => {
    at = spotOf(line) ?? at;
    return renderLine(line, numbers[i], { bar, digits, at, style });
  });
}

interface Setting {
  readonly bar: number;
  readonly digits: number;
  readonly at: Spot;
  readonly style: Style;
}

function renderLine(line: string, number: number | undefined, { bar, digits, at, style }: Setting): string {
  if (number !== undefined) {
    const spelled = String(number);
    const isPointed = style.margin === ANGLE.length && number === at.line;
    const margin = isPointed ? ANGLE : ' '.repeat(style.margin);
    return (margin + (style.isLeft ? spelled : spelled.padStart(digits))).padEnd(bar) + RELATED.exec(line)![2]!;
  }
  if (line === '...') return line;
  if (/^[|│]/.test(line)) {
    const rest = line.slice(1);
    const isPointed = rest.startsWith(COLUMN_MARK) && at.column > 0;
    return ' '.repeat(bar) + line[0]! + (isPointed ? ' '.repeat(at.column - 1) + rest.slice(1) : rest);
  }
  const indent = line.startsWith('= ') ? bar - style.note : /^(?:-->|:::)/.test(line) ? bar - style.arrow : bar;
  return ' '.repeat(Math.max(0, indent)) + line;
}

function shortenFill(line: string): string {
  const filled = FILLED.exec(line);
  return filled ? `${filled[1]!}${FILL_START}${line.length}${FILL_END}` : line;
}

const FILL = new RegExp(`^(.*)${FILL_START}(\\d{1,4})${FILL_END}$`, 's');

function lengthenFill(line: string): string {
  const fill = line.endsWith(FILL_END) ? FILL.exec(line) : null;
  return fill ? fill[1]!.padEnd(Number(fill[2]), '━') : line;
}

/** The marks as they are written, between the signs of a slot. */
const SPELLINGS: readonly (readonly [mark: RegExp, spelled: string])[] = [
  [/\uE000/g, '@'],
  [/\uE001([+-]\d+)\uE002/g, '@$1'],
  [/\uE003/g, '^'],
  [/\uE004(\d+)\uE005/g, '━$1'],
];

export function spellMarks(text: string, slot: string): string {
  const [open, close] = [slot.slice(0, 1), slot.slice(-1)];
  return SPELLINGS.reduce((said, [mark, spelled]) => said.replace(mark, open + spelled + close), text);
}

export function readMarks(text: string, slot: string): string {
  const [open, close] = [slot.slice(0, 1), slot.slice(-1)];
  return text.replace(new RegExp(`\\${open}(@|@[+-]\\d{1,7}|\\^|━\\d{1,4})\\${close}`, 'g'), (_, said: string) => {
    if (said === '@') return PLACE_MARK;
    if (said === '^') return COLUMN_MARK;
    if (said.startsWith('━')) return FILL_START + said.slice(1) + FILL_END;
    return LINE_START + said.slice(1) + LINE_END;
  });
}

const PREFIXED = new RegExp(`^(${LINE_START}[^${LINE_END}]*${LINE_END}[|│+]) (.*)$`, 's');

/** The number and the bar of a line of code, apart from the code. */
export function splitRelated(line: string): readonly [prefix: string, code: string] | undefined {
  const match = line.startsWith(LINE_START) ? PREFIXED.exec(line) : null;
  return match ? [match[1]!, match[2]!] : undefined;
}
