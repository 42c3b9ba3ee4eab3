/** What is said shorter: a text with JSON in it, or rows that are written as JSON only when somebody asks for the text. */
import type { JsonRows } from '../../core/json-compressor.ts';
import { MARKER_START, hasMarker } from './embedded.ts';
import { hasAliases } from './alias.ts';
import { type Region, findRegions } from './find.ts';
import { findHead } from './table-head.ts';
import { RecordRows } from './row-list.ts';

export interface Source {
  readonly text: string;
  /** The text has at least as many characters, and at most. */
  readonly minChars: number;
  readonly maxChars: number;
  readonly regions: readonly Region[];
  /** It looks like a form of ours already, and would be read back as one. */
  readonly hasForm: boolean;
  /** The text with each region in other words. */
  spliced(write: (region: Region) => string): string;
}

export class TextSource implements Source {
  readonly text: string;
  #regions: readonly Region[] | undefined;

  /** @param regions where they are known. */
  constructor(text: string, regions?: readonly Region[]) {
    this.text = text;
    this.#regions = regions;
  }

  get minChars(): number {
    return this.text.length;
  }

  get maxChars(): number {
    return this.text.length;
  }

  get regions(): readonly Region[] {
    return (this.#regions ??= findRegions(this.text));
  }

  get hasForm(): boolean {
    return hasAliases(this.text) || hasMarker(this.text) || findHead(this.text, 0) >= 0;
  }

  spliced(write: (region: Region) => string): string {
    let said = '';
    let at = 0;
    for (const region of this.regions) {
      said += this.text.slice(at, region.start) + write(region);
      at = region.end;
    }
    return said + this.text.slice(at);
  }
}

/** Of one character in a JSON string: `\u0000`. */
const MAX_ESCAPED = 6;
const MIN_CHARS = 40;
/** The shortest head of a table. */
const MIN_FORM_CHARS = '[3 rows: '.length;

/** Undefined where rows are too few to tell without their text, or could look like a form of ours. */
export function rowsSource({ keys, rows, numeric, spelled }: JsonRows): Source | undefined {
  if (keys.some(mayHaveForm)) return undefined;
  const headChars = keys.map((key) => key.length + '"":,'.length);
  let minChars = 1;
  let isFull = true;
  for (const row of rows) {
    isFull &&= row.length === keys.length;
    minChars += 2;
    for (let at = 0; at < row.length; at++) {
      const cell = row[at]!;
      const isNumber = numeric[at]! && cell !== '';
      if (!isNumber && mayHaveForm(cell)) return undefined;
      minChars += headChars[at]! + cell.length + (isNumber ? 0 : 2);
    }
  }
  if (minChars < MIN_CHARS) return undefined;
  const cells = new RecordRows(keys, rows, numeric);
  const region: Region = {
    kind: 'value',
    start: 0,
    end: minChars,
    get values() {
      return [cells.all()];
    },
    ...(isFull ? { cells } : {}),
  };
  let text: string | undefined;
  return {
    get text(): string {
      return (text ??= spelled());
    },
    minChars,
    maxChars: minChars * MAX_ESCAPED,
    regions: [region],
    hasForm: false,
    spliced: (write) => write(region),
  };
}

/** Cheap: whether a text may hold what a form begins with. */
function mayHaveForm(text: string): boolean {
  return text.length >= MIN_FORM_CHARS && (text.includes(MARKER_START) || findHead(text, 0) >= 0);
}
