/**
 * What of a page its view holds: landmarks, headings, texts, and everything that can be acted on with its ref. Left out
 * are wrappers that hold nothing or one thing, and texts that the name of the element around them says already.
 */
import type { Dialect } from './dialect.ts';
import { type Element, endsOf } from './element.ts';

const LANDMARK =
  /^(?:banner|navigation|main|contentinfo|complementary|region|form|search|dialog|alertdialog|alert|iframe|Iframe|RootWebArea|WebArea|document)$/;

/** An element of the view, and what stands in it. */
export interface Kept {
  readonly element: Element;
  readonly isActed: boolean;
  readonly isLandmark: boolean;
  readonly children: Kept[];
}

export function textOf({ name, value }: Element): string {
  return name ?? (value === undefined ? '' : unquoted(value));
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

const WORD = /[\p{L}\p{N}]/u;

/** Whether a text stands in another one as words of it. */
function says(whole: string, text: string): boolean {
  const at = whole.indexOf(text);
  if (at < 0) return false;
  return !WORD.test(whole[at - 1] ?? '') && !WORD.test(whole[at + text.length] ?? '');
}

/** These are called what stands in them: where that is said with its refs, their names are not. */
const CALLED_BY_CONTENT = /^(?:row|cell|gridcell|listitem|columnheader|rowheader|LayoutTableRow|LayoutTableCell)$/;

/** For each element, whether something in it can be acted on. */
function findHolders(elements: readonly Element[], acted: readonly boolean[]): Uint8Array {
  const holders = new Uint8Array(elements.length);
  const ends = endsOf(elements);
  let next = elements.length;
  for (let i = elements.length - 1; i >= 0; i--) {
    holders[i] = next < ends[i]! ? 1 : 0;
    if (acted[i]) next = i;
  }
  return holders;
}

/** An element on its way into the view. */
interface Open {
  readonly depth: number;
  readonly kept: Kept;
  /** What elements around are called: texts that stand in it need not be said again. */
  readonly said: string;
}

/** The outermost elements of the view. */
export function reduce(elements: readonly Element[], { isActed: canAct }: Dialect): readonly Kept[] {
  const top: Kept = { element: elements[0]!, isActed: false, isLandmark: true, children: [] };
  const open: Open[] = [{ depth: -1, kept: top, said: '' }];
  const acted = elements.map((element) => element.raw === undefined && canAct(element));
  const holders = findHolders(elements, acted);
  for (const [i, whole] of elements.entries()) {
    while (open.length > 1 && open.at(-1)!.depth >= whole.depth) close(open);
    const { kept: parent, said } = open.at(-1)!;
    const isActed = acted[i]!;
    const isNameless = !isActed && holders[i] === 1 && CALLED_BY_CONTENT.test(whole.role);
    const element = isNameless ? { ...whole, name: undefined } : whole;
    const isLandmark = LANDMARK.test(element.role);
    const text = textOf(element);
    const isSaid = !isActed && !isLandmark && text !== '' && says(said, text);
    const kept: Kept = { element, isActed, isLandmark, children: [] };
    if (element.raw !== undefined) parent.children.push(kept);
    else if (!isSaid) open.push({ depth: element.depth, kept, said: text === '' ? said : text });
  }
  while (open.length > 1) close(open);
  return top.children;
}

/** Puts what is whole to what it stands in; a wrapper of one thing gives way to it. */
function close(open: Open[]): void {
  const { kept } = open.pop()!;
  const { children } = open.at(-1)!.kept;
  const isWrapper = !kept.isActed && !kept.isLandmark && textOf(kept.element) === '';
  if (!isWrapper || kept.children.length > 1) children.push(kept);
  else for (const child of kept.children) children.push(child);
}
