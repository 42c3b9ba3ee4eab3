/** Collects the parts of a request while a format reads it, and what every format reads the same way. */
import type { Part, PartKind } from '../core/conversation.ts';
import type { JsonValue } from '../core/json/value.ts';

export type PartPlace = Pick<Part, 'role' | 'turn' | 'block' | 'path'>;
export type PartFacts = Pick<Part, 'call' | 'answers' | 'isError' | 'isSigned'>;

export class PartList {
  readonly parts: Part[] = [];

  /** @param source empty for kinds that nobody may change. */
  add(kind: PartKind, { role, turn, block, path }: PartPlace, source = '', facts?: PartFacts): void {
    const index = this.parts.length;
    this.parts.push({ index, kind, role, turn, block, path, source, text: source, frozen: false, ...facts });
  }
}

/** The part as one that nobody may see into. */
export function asOpaque({ index, role, turn, block, path, isSigned }: Part): Part {
  const part: Part = { index, kind: 'opaque', role, turn, block, path, source: '', text: '', frozen: false };
  return isSigned ? { ...part, isSigned } : part;
}

/**
 * A message's content in pieces. A string means the same to every provider as a lone text block, so it reads as one:
 * clients send the same message either way from turn to turn.
 */
export function blocksOf(content: JsonValue | undefined): readonly JsonValue[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (Array.isArray(content)) return content;
  return content === undefined || content === null ? [] : [content];
}

/** The answer's greatest length, where a request says one. */
export function maxOutputOf(value: JsonValue | undefined): { readonly maxOutputTokens?: number } {
  return typeof value === 'number' && value > 0 ? { maxOutputTokens: value } : {};
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
