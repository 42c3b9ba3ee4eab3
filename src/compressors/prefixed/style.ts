/** How programs spell JSON in one line: what is read as it and comes back to the same characters. */

const STRING_OR_SPACE = /"(?:[^"\\]|\\.)*"|\s+/g;
const STRING_OR_SIGN = /"(?:[^"\\]|\\.)*"|[:,]/g;

export interface Style {
  /** As the head of a form says it; empty for the usual one. */
  readonly name: string;
  /** The same JSON in this style. */
  readonly spell: (minified: string) => string;
}

function spaced(minified: string): string {
  return minified.replace(STRING_OR_SIGN, (part) => (part.length === 1 ? `${part} ` : part));
}

function escaped(minified: string, characters: RegExp): string {
  return minified.replace(characters, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const BEYOND_ASCII = /[\x7f-\uffff]/g;
const OF_MARKUP = /[<>&\u2028\u2029]/g;

/** The usual one first: the first that fits is taken. */
export const STYLES: readonly Style[] = [
  { name: '', spell: (minified) => minified },
  { name: 'with blanks', spell: spaced },
  { name: 'with blanks, in ASCII', spell: (minified) => spaced(escaped(minified, BEYOND_ASCII)) },
  { name: 'in ASCII', spell: (minified) => escaped(minified, BEYOND_ASCII) },
  { name: 'with markup escaped', spell: (minified) => escaped(minified, OF_MARKUP) },
];

/** Minified, each string as JSON spells it usually; undefined for what is no JSON. */
export function minify(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (JSON.stringify(value) === json) return json;
  } catch {
    return undefined;
  }
  return json.replace(STRING_OR_SPACE, (part) => {
    if (part.charCodeAt(0) !== 0x22) return '';
    return part.includes('\\') ? JSON.stringify(JSON.parse(part)) : part;
  });
}
