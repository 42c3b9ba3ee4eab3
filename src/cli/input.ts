/** What a command is given to read, and what kind of thing it is: a request body, bare messages, or a text. */
import { readFileSync } from 'node:fs';
import { HeadroomError } from '../core/errors.ts';
import { locate } from '../core/json/locate.ts';
import { isJsonObject, type JsonValue } from '../core/json/value.ts';
import type { WireFormat } from '../core/wire-format.ts';

/** @param name a path; `-` or nothing is standard input. @throws HeadroomError UNREADABLE_FILE. */
export async function readInput(name: string | undefined): Promise<Uint8Array> {
  const isStdin = name === undefined || name === '-';
  if (isStdin && process.stdin.isTTY && name === undefined) {
    throw new HeadroomError('BAD_OPTION', 'nothing to read; give a FILE, or pipe something in');
  }
  try {
    return isStdin ? await wholeStdin() : readFileSync(name);
  } catch (error) {
    throw unreadable(isStdin ? 'standard input' : name, error);
  }
}

/** In words, with what to do. */
export function unreadable(name: string, cause: unknown): HeadroomError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new HeadroomError('UNREADABLE_FILE', `${name} cannot be read: ${REASONS[code] ?? (code || message)}`, {
    cause,
  });
}

async function wholeStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EISDIR: 'it is a folder; give a file',
  ENOTDIR: 'a part of its path is no folder; check the path',
  EACCES: 'permission denied; make it readable',
};

export type InputKind = 'body' | 'messages' | 'text';

export interface Input {
  readonly kind: InputKind;
  /** A request body that holds what was read. */
  readonly body: Uint8Array;
  /** The name of its format; undefined when none recognises it. */
  readonly format: string | undefined;
  /** What of such a body, in the shape of what was read. */
  unwrap(body: Uint8Array): Uint8Array;
}

/** Where each API keeps its messages; the formats decide which of these wrappings is a request. */
const MESSAGE_KEYS = ['messages', 'contents', 'input'] as const;
const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function', 'model']);

/** A request body or bare messages, or undefined when the bytes are some other text. */
export function readRequest(bytes: Uint8Array, formats: readonly WireFormat[]): Input | undefined {
  const value = jsonOf(bytes);
  if (isJsonObject(value)) {
    const format = recognize(value, formats);
    return format === undefined ? undefined : { kind: 'body', body: bytes, format, unwrap: (body) => body };
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every(isMessage)) return undefined;
  for (const key of MESSAGE_KEYS) {
    const format = recognize({ [key]: value }, formats);
    if (format === undefined) continue;
    const body = Buffer.concat([Buffer.from(`{"${key}":`), bytes, Buffer.from('}')]);
    return { kind: 'messages', body, format, unwrap: (changed) => valueOf(changed, key) };
  }
  return undefined;
}

/** The bytes as text, or undefined when they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonOf(bytes: Uint8Array): JsonValue | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** A table of users has roles too: only what also says something is a message. */
function isMessage(value: unknown): boolean {
  return (
    isJsonObject(value) && ROLES.has(value.role) && ('content' in value || 'parts' in value || 'tool_calls' in value)
  );
}

function recognize(value: JsonValue, formats: readonly WireFormat[]): string | undefined {
  return formats.find((format) => format.recognizes(value))?.name;
}

function valueOf(body: Uint8Array, key: string): Uint8Array {
  const text = Buffer.from(body).toString();
  const [place] = locate(text, [{ path: [key], isRemoved: false }]);
  return Buffer.from(text.slice(place!.start, place!.end));
}
