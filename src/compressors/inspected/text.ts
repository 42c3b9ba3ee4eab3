/** How Node spells texts in what it prints of values, and what they say. */

const NAMED: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};
const SAID: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', v: '\v' };
/** Signs that are not printed as they are; halves of a pair that stand alone among them. */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[\x00-\x1f\\\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ESCAPED = /\\(?:x([0-9A-F]{2})|u([0-9a-f]{4})|([^xu]))/g;

function escape(sign: string): string {
  const known = NAMED[sign];
  if (known !== undefined) return known;
  const code = sign.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/** A text in the quotes that need the fewest escapes, single ones first. */
export function spellText(text: string): string {
  const escaped = text.replace(UNPRINTABLE, escape);
  if (!text.includes("'")) return `'${escaped}'`;
  if (!text.includes('"')) return `"${escaped}"`;
  if (!text.includes('`') && !text.includes('${')) return `\`${escaped}\``;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

/** What stands between quotes, as text. */
export function readText(inner: string): string {
  if (!inner.includes('\\')) return inner;
  return inner.replace(ESCAPED, (_, x?: string, u?: string, named = '') => {
    const code = x ?? u;
    return code === undefined ? (SAID[named] ?? named) : String.fromCharCode(Number.parseInt(code, 16));
  });
}
