/**
 * Bytes written as text (base64, hex digits), and lines as long as only machines write them: length, what the bytes are
 * as far as their first ones tell, beginning and end. For views.
 */
import type { Deadline } from '../../core/deadline.ts';

const MIN_BLOB = 400;
const HEAD = 40;
const TAIL = 12;
/** Of the lines of a block. */
const MIN_WIDTH = 60;
const MAX_WIDTH = 76;
const CHARS_PER_CHECK = 1 << 16;
/** So many different characters has no word and no drawn line. */
const MIN_DISTINCT = 24;
const MIN_DISTINCT_HEX = 10;

export interface Shortened {
  readonly text: string;
  readonly blobs: number;
  /** Characters that are left out. */
  readonly left: number;
}

const IS_BASE64 = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=') {
  IS_BASE64[character.charCodeAt(0)] = 1;
}

/** Where the next long run of base64 characters stands; lines of one block, as in certificates, are one run. */
function nextRun(text: string, from: number): { start: number; end: number } | undefined {
  for (let start = from; start < text.length; ) {
    const gap = lastGap(text, start);
    if (gap >= 0) {
      start = gap + 1;
      continue;
    }
    const end = blockEnd(text, start, runEnd(text, start));
    if (end - start >= MIN_BLOB) return { start, end };
    start = end + 1;
  }
  return undefined;
}

/** The last place within the width of a block's line that is no digit: no block, and no long run, begins before it. */
function lastGap(text: string, start: number): number {
  for (let at = start + MIN_WIDTH - 1; at >= start; at--) if (!isDigit(text, at)) return at;
  return -1;
}

function runEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && isDigit(text, at)) at++;
  return at;
}

/** Blocks have lines of 60 to 76 characters, all alike but the last. */
function blockEnd(text: string, start: number, firstEnd: number): number {
  const width = firstEnd - start;
  let end = firstEnd;
  while (width >= MIN_WIDTH && width <= MAX_WIDTH && text[end] === '\n' && isDigit(text, end + 1)) {
    const next = runEnd(text, end + 1);
    if (next - end - 1 > width) break;
    const isLast = next - end - 1 < width;
    end = next;
    if (isLast) break;
  }
  return end;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && IS_BASE64[code] === 1;
}

export function shortenBlobs(text: string, deadline: Deadline): Shortened {
  let out = '';
  let copied = 0;
  let blobs = 0;
  let left = 0;
  let checked = 0;
  for (let run = nextRun(text, 0); run; run = nextRun(text, run.end)) {
    if (run.end - checked > CHARS_PER_CHECK) {
      deadline.check();
      checked = run.end;
    }
    const blob = text.slice(run.start, run.end);
    const what = whatIs(blob);
    if (what === undefined) continue;
    const note = `…[${blob.length} characters, ${what}]…`;
    out += text.slice(copied, run.start) + blob.slice(0, HEAD) + note + blob.slice(-TAIL);
    copied = run.end;
    blobs++;
    left += blob.length - HEAD - TAIL;
  }
  return { text: out + text.slice(copied), blobs, left };
}

const SIGNATURES: readonly (readonly [start: string, what: string])[] = [
  ['\x89PNG', 'PNG image'],
  ['\xff\xd8\xff', 'JPEG image'],
  ['GIF8', 'GIF image'],
  ['RIFF', 'RIFF (WebP, WAV or AVI)'],
  ['%PDF', 'PDF'],
  ['PK\x03\x04', 'ZIP archive'],
  ['\x1f\x8b', 'gzip'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\0asm', 'WebAssembly'],
  ['wOFF', 'WOFF font'],
  ['wOF2', 'WOFF2 font'],
  ['\x7fELF', 'ELF program'],
  ['MZ', 'Windows program'],
  ['OggS', 'Ogg'],
  ['ID3', 'MP3'],
  ['SQLite format 3', 'SQLite database'],
  ['<svg', 'SVG image'],
  ['<?xml', 'XML'],
];

/** How often there are characters of each sort in a text, and how many different ones. */
interface Census {
  readonly distinct: number;
  readonly digits: number;
  readonly capitals: number;
  readonly smalls: number;
  /** Of the letters those that are digits of a hexadecimal number. */
  readonly hexCapitals: number;
  readonly hexSmalls: number;
  /** Of -_/ */
  readonly joints: number;
}

function censusOf(text: string): Census {
  const counts = new Uint32Array(128);
  for (let at = 0; at < text.length; at++) counts[text.charCodeAt(at)]!++;
  const between = (first: string, last: string): number =>
    counts.subarray(first.charCodeAt(0), last.charCodeAt(0) + 1).reduce((sum, count) => sum + count, 0);
  return {
    distinct: counts.reduce((sum, count) => sum + Number(count > 0), 0),
    digits: between('0', '9'),
    capitals: between('A', 'Z'),
    smalls: between('a', 'z'),
    hexCapitals: between('A', 'F'),
    hexSmalls: between('a', 'f'),
    joints: between('-', '-') + between('_', '_') + between('/', '/'),
  };
}

/** @param blob of base64's characters and line breaks. Undefined when it is no bytes written as text. */
function whatIs(blob: string): string | undefined {
  const sample = blob.slice(0, 2000);
  const { distinct, digits: numerals, capitals, smalls, hexCapitals, hexSmalls, joints } = censusOf(sample);
  if (numerals + hexSmalls === sample.length || numerals + hexCapitals === sample.length) {
    const isHex = distinct >= MIN_DISTINCT_HEX && numerals > 0 && hexSmalls + hexCapitals > 0;
    return isHex ? told('hex', bytesOfHex(blob), blob.length >> 1) : undefined;
  }
  const isVaried = distinct >= MIN_DISTINCT && capitals > 0 && smalls > 0 && numerals > 0;
  // Names joined by slashes and dashes are no bytes.
  if (!isVaried || joints > sample.length / 12) return undefined;
  const digits = blob.replaceAll('\n', '');
  const padding = digits.endsWith('==') ? 2 : Number(digits.endsWith('='));
  return told('base64', bytesOf(digits), Math.floor(((digits.length - padding) * 3) / 4));
}

function told(encoding: string, bytes: string, count: number): string {
  const signature = SIGNATURES.find(([start]) => bytes.startsWith(start));
  if (!signature) return `${encoding} of ${count} bytes`;
  const size =
    signature[1] === 'PNG image' && bytes.length >= 24 ? `, ${wordAt(bytes, 16)} by ${wordAt(bytes, 20)} pixels` : '';
  return `${encoding} of ${count} bytes: ${signature[1]}${size}`;
}

function bytesOf(digits: string): string {
  try {
    return atob(digits.slice(0, 64).replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

function bytesOfHex(digits: string): string {
  return (digits.slice(0, 64).match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join('');
}

function wordAt(bytes: string, at: number): number {
  return [0, 1, 2, 3].reduce((word, i) => word * 256 + bytes.charCodeAt(at + i), 0);
}

const MAX_LINE = 3000;
const LINE_HEAD = 400;
const LINE_TAIL = 120;

/** Data and markup in one line say something at every place, and other kinds know what. */
const OTHERS = /^\s*(?:[a-z]+:\s*)?(?:[[{]\s*["[{\d\]}-]|<[!?/a-z])/i;
/** Of a line's characters: minified code has fewer blanks, words of people more. */
const MIN_BLANKS_OF_WORDS = 0.1;
const SEEN_CHARS = 4_000;

function isForOthers(line: string): boolean {
  if (OTHERS.test(line)) return true;
  const seen = line.slice(0, SEEN_CHARS);
  let blanks = 0;
  for (let at = seen.indexOf(' '); at >= 0; at = seen.indexOf(' ', at + 1)) blanks++;
  return blanks >= seen.length * MIN_BLANKS_OF_WORDS;
}

/** Lines of minified code and the like. */
export function shortenLines(lines: readonly string[]): { readonly lines: readonly string[]; readonly cut: number } {
  let cut = 0;
  const short = lines.map((line) => {
    if (line.length <= MAX_LINE || isForOthers(line)) return line;
    cut++;
    return `${line.slice(0, LINE_HEAD)}…[line of ${line.length} characters, ${line.length - LINE_HEAD - LINE_TAIL} not shown]…${line.slice(-LINE_TAIL)}`;
  });
  return { lines: short, cut };
}

/** Share of the text that bytes written as text take. */
export function shareOfBlobs(text: string): number {
  let chars = 0;
  for (let run = nextRun(text, 0); run; run = nextRun(text, run.end)) {
    if (whatIs(text.slice(run.start, run.end)) !== undefined) chars += run.end - run.start;
  }
  return chars / text.length;
}
