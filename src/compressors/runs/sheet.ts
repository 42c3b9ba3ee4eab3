/**
 * The lines of a run as its view sees them: without colours, each with a rank. Rank 0 is what a failure is about and
 * never goes; the higher the rank, the sooner a line gives way.
 */

export const KEY = 0;
/** The failing line of code, distinct warnings, what names a file. */
export const LEAD = 1;
export const DETAIL = 2;
/** Frames in the project. */
export const FRAME = 3;
/** Code around the failing line, arguments. */
export const CONTEXT = 4;
/** Frames of libraries, output of tests that did not fail, separators. */
export const NOISE = 5;
const UNRANKED = 255;

/** What one line says of one test. */
export interface Result {
  /** The file, module or suite that is named with the test; empty when none is. */
  readonly file: string;
  readonly name: string;
  /** As the runner says it: `PASSED`, `ok`, `✓`. */
  readonly word: string;
  readonly isBad: boolean;
  /** The line above it that names its suite. */
  readonly heading?: number;
  /** Which spelling of results this is: two spellings of one run are counted apart. */
  readonly how: number;
}

const COLOUR = /\x1b\[[\d;?]*[A-Za-z]/g;

/** The line without colours, without what a carriage return overwrote. */
function clean(line: string): string {
  let said = line.includes('\x1b') ? line.replaceAll(COLOUR, '') : line;
  if (said.includes('\r')) {
    if (said.endsWith('\r')) said = said.slice(0, -1);
    said = said.slice(said.lastIndexOf('\r') + 1);
  }
  return said;
}

const OUTCOME = /^\s*--- (PASS|FAIL|SKIP): (\S+)/;

export class Sheet {
  readonly lines: readonly string[];
  readonly results: (Result | undefined)[];
  /** For lines of progress: what they all are. */
  readonly progress: (string | undefined)[];
  /** What a line says in the view instead. */
  readonly said: Map<number, string> = new Map<number, string>();
  /** Lines that say only what stands elsewhere in the view. */
  readonly repeated: Set<number> = new Set<number>();
  /** Lines whose words stand in what another line says instead. */
  readonly joined: Set<number> = new Set<number>();
  /** Where the blocks of each title begin, once asked for. */
  titles: ReadonlyMap<string, readonly number[]> | undefined;
  readonly #ranks: Uint8Array;
  readonly #shapes = new Set<string>();
  #firsts: Map<string, number> | undefined;
  #outcomes: Map<string, string> | undefined;

  constructor(text: string) {
    const lines = text.split('\n');
    this.lines = /[\x1b\r]/.test(text) ? lines.map(clean) : lines;
    this.results = Array<Result | undefined>(lines.length).fill(undefined);
    this.progress = Array<string | undefined>(lines.length).fill(undefined);
    this.#ranks = new Uint8Array(this.lines.length).fill(UNRANKED);
  }

  rankOf(at: number): number {
    return this.#ranks[at]!;
  }

  isRanked(at: number): boolean {
    return this.#ranks[at] !== UNRANKED;
  }

  rank(at: number, rank: number): void {
    if (at < this.lines.length) this.#ranks[at] = rank;
  }

  rankAll(start: number, end: number, rank: number): void {
    this.#ranks.fill(rank, start, Math.max(start, end));
  }

  /** Where this line stands first; Infinity when nowhere. */
  firstOf(line: string): number {
    if (!this.#firsts) {
      this.#firsts = new Map();
      for (let at = this.lines.length - 1; at >= 0; at--) this.#firsts.set(this.lines[at]!, at);
    }
    return this.#firsts.get(line) ?? Infinity;
  }

  /** Whether nothing like this line, but for its numbers, was asked for before. */
  isNew(line: string): boolean {
    const shape = line.replaceAll(/\d+/g, '0');
    if (this.#shapes.has(shape)) return false;
    this.#shapes.add(shape);
    return true;
  }

  /** How the test of this name went, as Go says it; undefined when the run does not say. */
  outcomeOf(name: string): string | undefined {
    if (!this.#outcomes) {
      this.#outcomes = new Map();
      for (const line of this.lines) {
        const outcome = line.includes('--- ') ? OUTCOME.exec(line) : null;
        if (outcome && this.#outcomes.get(outcome[2]!) !== 'FAIL') this.#outcomes.set(outcome[2]!, outcome[1]!);
      }
    }
    return this.#outcomes.get(name);
  }

  line(at: number): string {
    return this.lines[at] ?? '';
  }
}

/** Ranks the lines of one kind from here on. Returns the first line after them; `at` when the line is not its kind. */
export type Recogniser = (sheet: Sheet, at: number) => number;

const FOREIGN =
  /site-packages|dist-packages|node_modules|\/lib\/python\d|<frozen |node:internal|\(node:|\/rustc\/|\.cargo\/registry|\/usr\/lib\/|\/usr\/local\/go\/|\/go\/pkg\/mod\/|\/gems\/|\/\.rbenv\/|\/\.pyenv\/|\bat (?:java|javax|jdk|sun|com\.sun|kotlin|scala|groovy|junit|org\.(?:junit|testng|mockito|hamcrest|assertj|apache\.maven|gradle|springframework|hibernate))\.|\bat (?:java\.base|jdk\.internal|app\/\/org\.junit)|^\s*\([a-z_]+ \d+\.\d[\w.-]*\) /;

/** Whether a frame or a path is of a library and not of the project. */
export function isForeign(line: string): boolean {
  return FOREIGN.test(line);
}
