/**
 * The view of a page: landmarks one below the other, what stands in them as lines of text with the refs of everything
 * that can be acted on. Of many lines that are alike the first stand in full, with those that say what most do not; of
 * the others their name and refs.
 */
import type { Level } from '../../core/compressor.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Dialect } from './dialect.ts';
import type { Element } from './element.ts';
import type { FoundPage } from './form.ts';
import { type Kept, reduce, textOf } from './reduce.ts';

interface Limits {
  /** Of lines that are alike, how many stand in full, and how many more that are unlike most. */
  readonly shown: number;
  readonly unusual: number;
  /** Characters of one text. */
  readonly text: number;
}

const LIMITS: Readonly<Record<Level, Limits>> = {
  lossless: { shown: Infinity, unusual: Infinity, text: Infinity },
  balanced: { shown: 8, unusual: 24, text: 240 },
  aggressive: { shown: 4, unusual: 12, text: 120 },
};
/** Fewer than so many are not worth folding. */
const MIN_FOLDED = 4;
/** What is longer when said in one line is said in several. */
const MAX_FLOW = 500;
const MAX_LABEL = 80;
const USUAL_SHARE = 0.6;
/** A line that could not be read stays whole with its handle. */
const HAS_REF = /\[ref[=_]|\buid=|^\s*\*?\[\w+\]|\[\d+\]\*?<|browsergym_id=/;
const LETTER = /\p{L}/u;

/** What stands in one line: its parts as they are said, and of what they are. */
interface Flow {
  readonly said: readonly string[];
  readonly kind: string;
  readonly label: string;
}

class PageView {
  readonly #limits: Limits;
  readonly #dialect: Dialect;
  readonly #deadline: Deadline;
  readonly lines: string[] = [];

  constructor(limits: Limits, dialect: Dialect, deadline: Deadline) {
    this.#limits = limits;
    this.#dialect = dialect;
    this.#deadline = deadline;
  }

  writeAll(children: readonly Kept[], indent: string): void {
    this.#deadline.check();
    let row: Flow[] = [];
    for (const child of children) {
      const flow = this.#flowOf(child);
      if (row.length > 0 && flow?.kind !== row[0]!.kind) {
        this.#writeRow(row, indent);
        row = [];
      }
      if (flow) row.push(flow);
      else {
        const own = this.#say(child);
        if (own !== '') this.lines.push(indent + own);
        this.writeAll(child.children, own === '' ? indent : `${indent} `);
      }
    }
    if (row.length > 0) this.#writeRow(row, indent);
  }

  /** Undefined when it is too much for one line, or holds landmarks. */
  #flowOf(kept: Kept): Flow | undefined {
    const said: string[] = [];
    const kinds: string[] = [];
    const refs: string[] = [];
    let length = 0;
    let name = '';
    const names = new Set<string>();
    const add = (one: Kept): boolean => {
      const { element, isActed, children } = one;
      if (one.isLandmark || length > MAX_FLOW || (element.role === 'row' && one !== kept)) return false;
      const text = textOf(element);
      const own = !isActed && text !== '' && names.has(text) ? '' : this.#say(one);
      if (own !== '') said.push(own);
      names.add(text);
      length += own.length + 1;
      kinds.push(element.role);
      if (isActed && element.ref !== undefined) refs.push(element.ref);
      if (element.raw !== undefined && HAS_REF.test(element.raw)) refs.push(own);
      if (name === '' && LETTER.test(text)) name = text.slice(0, MAX_LABEL);
      return children.every(add);
    };
    const isWhole = add(kept) && length <= MAX_FLOW;
    if (!isWhole && kept.children.length > 0) return undefined;
    if (!isWhole && kept.isLandmark) return undefined;
    return {
      said,
      kind: kinds.join(' '),
      label: refs.length > 0 ? [name, ...refs].filter((text) => text !== '').join(' ') : '',
    };
  }

  #say({ element, isActed, isLandmark, children }: Kept): string {
    const { raw, role, name, value, ref } = element;
    if (raw !== undefined) return HAS_REF.test(raw) ? raw.trim() : this.#cut(raw.trim());
    const own = this.#cut(textOf(element));
    const more = name !== undefined && value !== undefined && value !== name ? `: ${this.#cut(value)}` : '';
    const state = stateOf(element, this.#dialect);
    const handle = isActed && ref !== undefined ? ref : '';
    if (isLandmark) return [role, own === '' ? '' : `"${own}"`, state, handle].filter((part) => part !== '').join(' ');
    if (!isActed && role === 'heading') return isSaidBelow(element, children) ? '#' : `# ${own}${more}`;
    if (!isActed) return own + more;
    if (own === '') return `${role}${state} ${handle}`.trimEnd();
    return `${role === 'link' ? '' : role}[${own}]${state}${handle}${more}`;
  }

  #cut(text: string): string {
    const { text: most } = this.#limits;
    if (text.length <= most) return text;
    return `${text.slice(0, cutAt(text, most))}… (${text.length} characters)`;
  }

  #writeRow(row: readonly Flow[], indent: string): void {
    const { shown, unusual } = this.#limits;
    const isFolded = row.length >= shown + MIN_FOLDED;
    const usual = isFolded ? usualOf(row) : [];
    const folded: Flow[] = [];
    let more = unusual;
    for (const [i, flow] of row.entries()) {
      const isUnusual = flow.said.some((text, place) => usual[place] !== undefined && usual[place] !== text);
      if (isFolded && i >= shown && (!isUnusual || more-- <= 0)) folded.push(flow);
      else this.lines.push(indent + flow.said.join(' '));
    }
    if (folded.length === 0) return;
    const labels = folded.map(({ label }) => label).filter((label) => label !== '');
    const named = labels.length > 0 ? `, name and refs: ${labels.join('; ')}` : '';
    this.lines.push(`${indent}(${folded.length} more like these${named})`);
  }
}

/** A heading whose first link has its name. */
function isSaidBelow(element: Element, children: readonly Kept[]): boolean {
  const [first] = children;
  return first?.isActed === true && textOf(first.element) === textOf(element);
}

/** Nothing of two halves is cut through. */
function cutAt(text: string, most: number): number {
  const code = text.charCodeAt(most - 1);
  return code >= 0xd800 && code < 0xdc00 ? most - 1 : most;
}

/** What may differ from element to element of a kind: checked, disabled, expanded, a value. */
function stateOf({ before, after, tail }: Element, { plain }: Dialect): string {
  const told = after === '' ? '' : after.replaceAll(plain, '');
  const said = `${before}${told}${tail}`.trim().replace(/^, /, '');
  return said === '' || /^\[level=\d\]$|^level="\d"$/.test(said) ? '' : `(${said.replaceAll(/[[\]]/g, '')})`;
}

/** By place what most of them say; refs differ and are not counted. */
function usualOf(row: readonly Flow[]): readonly (string | undefined)[] {
  return row[0]!.said.map((_, place) => {
    const counts = new Map<string, number>();
    for (const { said } of row) counts.set(said[place] ?? '', (counts.get(said[place] ?? '') ?? 0) + 1);
    return [...counts].find(([, count]) => count >= row.length * USUAL_SHARE)?.[0];
  });
}

function viewOf({ elements, region }: FoundPage, level: Level, deadline: Deadline): readonly string[] {
  const view = new PageView(LIMITS[level], region.dialect, deadline);
  view.writeAll(reduce(elements, region.dialect), '');
  const lines = region.end - region.start;
  const head = `[headroom: page of ${lines} lines in short: its texts; what can be acted on as role[name](state)ref, links as [name]ref; left out: urls, names of wrappers, refs of what is only text]`;
  return [head, ...view.lines];
}

/** The text with each of its pages in short. */
export function writeView(
  lines: readonly string[],
  pages: readonly FoundPage[],
  level: Level,
  deadline: Deadline,
): string {
  const out: string[] = [];
  let at = 0;
  for (const page of pages) {
    const { start, end } = page.region;
    for (const line of lines.slice(at, start)) out.push(line);
    for (const line of viewOf(page, level, deadline)) out.push(line);
    at = end;
  }
  for (const line of lines.slice(at)) out.push(line);
  return out.join('\n');
}
