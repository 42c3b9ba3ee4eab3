/** Text that stands as base64, in one line or in lines of one length: what it says, and how to spell it again. */

/** How the base64 was written. */
export interface Base64 {
  /** Characters in each line but the last, at least one; undefined where all of it is one line. */
  readonly width: number | undefined;
  readonly hasLineEnd: boolean;
}

const LETTERS = /^[A-Za-z0-9+/]+={0,2}$/;
/** What no text holds. */
const CONTROL = /[^\P{Cc}\t\n\r\u001b]/u;
/** Letters that stand for three bytes. */
const QUANTUM = 4;
const CHUNK = 8192;

const BEGINS = /[A-Za-z0-9+/]{40}/y;

/** Cheap: whether what begins at a place may be base64. Shorter ones are words as well. */
export function mayBeBase64(text: string, at = 0): boolean {
  BEGINS.lastIndex = at;
  return BEGINS.test(text);
}

/** Undefined where it is no base64, or not of a text. */
export function readBase64(value: string): { readonly text: string; readonly spelling: Base64 } | undefined {
  const hasLineEnd = value.endsWith('\n');
  const first = value.indexOf('\n');
  const isOneLine = first < 0 || first === value.length - 1;
  const spelling: Base64 = { width: isOneLine ? undefined : first, hasLineEnd };
  if (first === 0 || isOfBytes(value)) return undefined;
  const letters = value.replaceAll('\n', '');
  if (letters.length % QUANTUM !== 0 || !LETTERS.test(letters)) return undefined;
  const end = letters.slice(-QUANTUM);
  if (inLines(letters, spelling) !== value || btoa(atob(end)) !== end) return undefined;
  const text = decoded(letters);
  return text === undefined ? undefined : { text, spelling };
}

export function writeBase64(text: string, spelling: Base64): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return inLines(btoa(binary), spelling);
}

function inLines(letters: string, { width = letters.length, hasLineEnd }: Base64): string {
  const lines: string[] = [];
  for (let at = 0; at < letters.length; at += width) lines.push(letters.slice(at, at + width));
  return lines.join('\n') + (hasLineEnd ? '\n' : '');
}

const LOOK_CHARS = 400;

/** Whether its first bytes are those of no text: images are long, and many. */
function isOfBytes(value: string): boolean {
  const look = value.slice(0, LOOK_CHARS).replaceAll('\n', '');
  if (!LETTERS.test(look)) return true;
  const bytes = atob(look.slice(0, look.length - (look.length % QUANTUM)));
  return Array.from(bytes).some((byte) => byte.charCodeAt(0) < 9);
}

function decoded(letters: string): string | undefined {
  try {
    const binary = atob(letters);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
