/** A bare `---` or `+++` for the file that the diff or Index line above has named already. */
import type { RecordKind, Taken } from './record.ts';

const BARE = /^(---|\+\+\+)(?=$|\t)/;
const WITH_NAME = /^(--- |\+\+\+ )/;
const MAX_LINE = 1000;

export function opensFile(line: string): boolean {
  return line.startsWith('diff ') || line.startsWith('Index: ');
}

export class NameRecord implements RecordKind {
  #names: readonly [string, string] | undefined;

  /** To be told of every line of the source that stands in no hunk. */
  see(line: string): void {
    if (opensFile(line)) this.#names = line.length > MAX_LINE ? undefined : namesIn(line);
  }

  encode(lines: readonly string[], at: number): Taken | undefined {
    const line = lines[at]!;
    if (!this.#names || !WITH_NAME.test(line)) return undefined;
    const name = this.#names[line.startsWith('-') ? 0 : 1];
    const rest = line.slice(4 + name.length);
    if (!line.startsWith(name, 4) || (rest !== '' && !rest.startsWith('\t'))) return undefined;
    return { lines: [line.slice(0, 3) + rest], end: at + 1 };
  }

  looksLike(line: string): boolean {
    return BARE.test(line);
  }

  decode(form: readonly string[], at: number): Taken | undefined {
    const line = form[at]!;
    if (!this.#names) return undefined;
    const name = this.#names[line.startsWith('-') ? 0 : 1];
    return { lines: [`${line.slice(0, 3)} ${name}${line.slice(3)}`], end: at + 1 };
  }
}

/** As the `---` and `+++` lines spell them, which depends on the program. */
function namesIn(line: string): readonly [string, string] | undefined {
  if (line.startsWith('Index: ')) return [line.slice(7), line.slice(7)];
  const words = line.split(' ');
  const last = words.at(-1)!;
  const isMerge = words[1] === '--cc' || words[1] === '--combined';
  const isMercurial = words[1] === '-r' && /^[0-9a-f]{6,40}$/.test(words[2] ?? '');
  if (isMerge || isMercurial) return [`a/${last}`, `b/${last}`];
  return words.length >= 3 ? [words.at(-2)!, last] : undefined;
}
