/** How Python spells texts: what `repr` prints, and what it says. */

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
const ESCAPED = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([\\'"nrt]))/g;
/** Signs that Python does not print as they are. */
// oxlint-disable-next-line no-misleading-character-class
const UNPRINTABLE = /[\\\p{C}]|(?! )\p{Z}/gu;
/** What stands in quotes as it is, in Python as in JSON: ASCII without quotes and backslashes. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

function escape(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** A text as `repr` prints it. */
export function spellText(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, escape);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** What stands between quotes, as text. */
export function readText(inner: string): string {
  if (!inner.includes('\\')) return inner;
  return inner.replace(ESCAPED, (_, x?: string, u?: string, long?: string, named?: string) => {
    if (named !== undefined) return NAMED[named]!;
    const code = Number.parseInt((x ?? u ?? long)!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
