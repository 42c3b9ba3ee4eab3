/** What several lines share: text with places for the words that differ. Its spelling, and how values fill it. */
import { LINE_BREAK } from './spell.ts';

/** Text, the number of a value of its own, or (`same`) a value that stands before. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value' }
  | { readonly kind: 'same'; readonly index: number };

/** The lines of one template, a line break between two of them. */
export type Template = readonly Piece[];

export function spellTemplate(template: Template, slot: string): string {
  let spelled = '';
  for (const piece of template) {
    if (piece.kind === 'text') spelled += piece.text.replaceAll('\n', LINE_BREAK);
    else spelled += piece.kind === 'value' ? slot : slot.slice(0, 1) + String(piece.index + 1) + slot.slice(-1);
  }
  return spelled;
}

/** Undefined when a text of the template could be read as something else. */
export function isSpellable(template: Template, slot: string): boolean {
  return sameTemplate(readTemplate(spellTemplate(template, slot), slot), template);
}

export function sameTemplate(a: Template, b: Template): boolean {
  return a.length === b.length && a.every((piece, i) => samePiece(piece, b[i]!));
}

function samePiece(a: Piece, b: Piece): boolean {
  if (a.kind === 'text') return b.kind === 'text' && a.text === b.text;
  return a.kind === 'same' ? b.kind === 'same' && a.index === b.index : b.kind === 'value';
}

export function readTemplate(spelled: string, slot: string): Template {
  const [open, close] = [slot.slice(0, 1), slot.slice(-1)];
  const pieces: Piece[] = [];
  let text = '';
  let values = 0;
  const flush = (): void => {
    if (text !== '') pieces.push({ kind: 'text', text: text.replaceAll(LINE_BREAK, '\n') });
    text = '';
  };
  for (let at = 0; at < spelled.length; ) {
    const next = spelled.indexOf(open, at);
    text += next < 0 ? spelled.slice(at) : spelled.slice(at, next);
    if (next < 0) break;
    at = next;
    if (spelled.startsWith(slot, at)) {
      flush();
      pieces.push({ kind: 'value' });
      values++;
      at += slot.length;
      continue;
    }
    const digit = spelled[at + 2] === close ? Number(spelled[at + 1]) : Number.NaN;
    if (digit >= 1 && digit <= values) {
      flush();
      pieces.push({ kind: 'same', index: digit - 1 });
      at += 3;
      continue;
    }
    text += spelled[at++]!;
  }
  flush();
  return pieces;
}

export function countValues(template: Template): number {
  return template.reduce((count, { kind }) => (kind === 'value' ? count + 1 : count), 0);
}

export function fillTemplate(template: Template, values: readonly string[]): string {
  let next = 0;
  let filled = '';
  for (const piece of template) {
    if (piece.kind === 'text') filled += piece.text;
    else filled += (piece.kind === 'value' ? values[next++] : values[piece.index]) ?? '';
  }
  return filled;
}
