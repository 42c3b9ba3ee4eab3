/** Text that stands as base64, in one line or in lines of one length: what it says, and how to spell it again. */

/** How the base64 was written. */
export interface Base64 {
  /** Characters in each line but the last; undefined where all of it is one line. */
  readonly width: number | undefined;
  readonly hasLineEnd: boolean;
}

const LETTERS = /^[A-Za-z0-9+/]+={0,2}$/;
/** What no text holds. */
const CONTROL = /[^\P{Cc}\t\n\r\u001b]/u;
const CHUNK = 8192;

/** Undefined where it is no base64, or not of a text. */
export function readBase64(value: string): { readonly text: string; readonly spelling: Base64 } | undefined {
  const hasLineEnd = value.endsWith('\n');
  const first = value.indexOf('\n');
  const isOneLine = first < 0 || first === value.length - 1;
  const spelling: Base64 = { width: isOneLine ? undefined : first, hasLineEnd };
  const letters = value.replaceAll('\n', '');
  if (letters.length % 4 !== 0 || !LETTERS.test(letters)) return undefined;
  const text = decoded(letters);
  return text !== undefined && writeBase64(text, spelling) === value ? { text, spelling } : undefined;
}

export function writeBase64(text: string, { width, hasLineEnd }: Base64): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  const letters = btoa(binary);
  const lines: string[] = [];
  for (let at = 0; at < letters.length; at += width ?? letters.length)
    lines.push(letters.slice(at, at + (width ?? letters.length)));
  return lines.join('\n') + (hasLineEnd ? '\n' : '');
}

function decoded(letters: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
