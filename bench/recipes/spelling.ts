/** Writes JSON the way other languages' libraries do by default, because token counts depend on it. */

/** One line, with a space after each comma and colon, as Python's json.dumps writes it. */
export function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return asciiJson(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${asciiJson(key)}: ${spaced(member)}`)
    .join(', ')}}`;
}

export function indented(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
