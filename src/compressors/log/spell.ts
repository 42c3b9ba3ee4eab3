/** How the lossless form is spelled: its head, marks, codes and line grammar, for the writer and the reader alike. */

/** How a template shows its slots. */
export interface Marks {
  readonly open: string;
  readonly close: string;
}

const STYLES: readonly Marks[] = [
  { open: '{', close: '}' },
  { open: '<', close: '>' },
  { open: '«', close: '»' },
];
const NAMES = String.raw`(?:\d{0,2}|time|rest)`;

/** Before the number of a value that is said once. */
export const VALUE = '~';
export const MAX_VALUES = 60;

export const TIME_NAME = 'time';
export const REST_NAME = 'rest';

export function markPattern({ open, close }: Marks): RegExp {
  return new RegExp(`\\${open}(${NAMES})\\${close}`, 'g');
}

/** The first style that the text itself never uses. */
export function chooseMarks(text: string): Marks | undefined {
  return STYLES.find((marks) => !markPattern(marks).test(text));
}

/** What the head explains, because the form uses it. */
export interface Head {
  readonly lines: number;
  readonly templates: number;
  /** Long values that come again and again are said once, below the templates. */
  readonly values: number;
  readonly marks: Marks;
  readonly hasTimes: boolean;
  readonly hasReferences: boolean;
  readonly hasJoined: boolean;
  readonly hasEscapes: boolean;
}

export function writeHead(head: Head): string {
  const { open, close } = head.marks;
  const said = [
    `[log, ${head.lines} lines, all here, ${head.templates} templates${head.values > 0 ? `, ${head.values} values` : ''}.`,
    head.hasTimes
      ? `A line gives its time (if not that of the line before; @ says how times begin), its template and the values of ${open}${close} in order.`
      : `A line gives its template and the values of ${open}${close} in order.`,
  ];
  if (head.hasReferences) said.push(`${open}1${close} is the first value again.`);
  if (head.values > 0) said.push(`${VALUE}1 is what follows ${VALUE}1=.`);
  if (head.hasJoined) said.push(`Several templates in a row are a line each${head.hasTimes ? ', of one time' : ''}.`);
  said.push('Other lines stand as they are.');
  if (head.hasEscapes) said.push('A \\ before a line is not part of it.');
  return `${said.join(' ')}]`;
}

const HEAD = /^\[log, (\d{1,7}) lines, all here, (\d{1,3}) templates(?:, (\d{1,2}) values)?\. /;

export function readHead(line: string): Head | undefined {
  const match = HEAD.exec(line);
  if (!match) return undefined;
  const flags = {
    lines: Number(match[1]),
    templates: Number(match[2]),
    values: Number(match[3] ?? 0),
    hasTimes: line.includes('gives its time'),
    hasReferences: line.includes(' again.'),
    hasJoined: line.includes(' in a row '),
    hasEscapes: line.includes('\\'),
  };
  return STYLES.map((marks) => ({ ...flags, marks })).find((head) => writeHead(head) === line);
}

/** More lines than the head can say, and than any tool result has. */
export const MAX_LINES: number = 1 << 21;

const LETTERS = 26;
export const MAX_TEMPLATES: number = LETTERS + LETTERS * LETTERS;

/** A … Z, AA … ZZ. */
export function writeCode(index: number): string {
  const letter = (i: number): string => String.fromCharCode(65 + i);
  if (index < LETTERS) return letter(index);
  const rest = index - LETTERS;
  return letter(Math.floor(rest / LETTERS)) + letter(rest % LETTERS);
}

/** An own time, a code, and what follows. */
export const CODED: RegExp = /^(?:(\d[^ ]*) )?([A-Z]{1,2})(?: (.*))?$/s;
const COUNT = /^\[that line (\d{1,7}) times\]$/;

export function writeCount(times: number): string {
  return `[that line ${times} times]`;
}

export function readCount(line: string): number | undefined {
  const match = COUNT.exec(line);
  return match ? Number(match[1]) : undefined;
}

export const HEADING = '@';
export const ESCAPE = '\\';

/** Whether a line of the source, standing as it is, could be read as something of ours. */
export function isAmbiguous(line: string, isCode: (code: string) => boolean): boolean {
  if (line.startsWith(HEADING) || line.startsWith(ESCAPE) || COUNT.test(line)) return true;
  const code = CODED.exec(line)?.[2];
  return code !== undefined && isCode(code);
}
