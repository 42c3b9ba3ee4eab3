/** Many texts, each split once: which of them have the same shape, and what stands in their gaps. */
import { GAP, type Skeleton, Splitter } from './skeleton.ts';

export class Shapes {
  readonly texts: readonly string[];
  /** Each shape once. */
  readonly all: readonly string[];
  /** Of each text the place of its shape. */
  readonly ids: readonly number[];
  /** The start and the end of each gap, of one text after the other. */
  readonly edges: readonly number[];
  /** Where those of each text start. */
  readonly starts: readonly number[];

  constructor(texts: readonly string[]) {
    const known = new Map<string, number>();
    const splitter = new Splitter();
    this.texts = texts;
    const ids: number[] = [];
    const starts = [0];
    let last: string | undefined;
    let id = -1;
    for (const text of texts) {
      splitter.split(text);
      starts.push(splitter.edges.length);
      // Most are like the one before.
      if (last === undefined || !splitter.hasShape(last)) {
        last = splitter.shape;
        id = known.get(last) ?? known.size;
        if (id === known.size) known.set(last, id);
      }
      ids.push(id);
    }
    this.ids = ids;
    this.starts = starts;
    this.edges = splitter.edges;
    this.all = [...known.keys()];
  }

  get count(): number {
    return this.all.length;
  }

  skeleton(at: number): Skeleton {
    const fills: string[] = [];
    for (let edge = this.starts[at]!; edge < this.starts[at + 1]!; edge += 2) {
      fills.push(this.texts[at]!.slice(this.edges[edge], this.edges[edge + 1]));
    }
    return { shape: this.all[this.ids[at]!]!, fills };
  }
}

/** The gaps of texts of one shape: strings are made of what stands there only where somebody asks for them. */
export class Gaps {
  readonly count: number;
  readonly length: number;
  readonly #texts: readonly string[];
  readonly #edges: readonly number[];
  readonly #starts: readonly number[] | undefined;
  /** Which of the texts stands in each place. */
  readonly #ids: readonly number[] | undefined;

  private constructor(
    count: number,
    { texts, edges, starts }: { texts: readonly string[]; edges: readonly number[]; starts?: readonly number[] },
    ids: readonly number[] | undefined,
  ) {
    this.count = count;
    this.#texts = texts;
    this.#edges = edges;
    this.#starts = starts;
    this.#ids = ids;
    this.length = ids ? ids.length : texts.length;
  }

  /** @param ids which of the texts stands in each place; all, one after the other, where it is missing. */
  static of(shapes: Shapes, shape: string, ids?: readonly number[]): Gaps {
    let count = 0;
    for (let at = shape.indexOf(GAP); at >= 0; at = shape.indexOf(GAP, at + 1)) count++;
    return new Gaps(count, shapes, ids);
  }

  /** Of texts that begin and end alike, with one gap between. */
  static within(texts: readonly string[], head: number, tail: number, ids?: readonly number[]): Gaps {
    const edges: number[] = [];
    for (const { length } of texts) edges.push(head, length - tail);
    return new Gaps(1, { texts, edges }, ids);
  }

  text(gap: number, place: number): string {
    const id = this.#idAt(place);
    const edge = this.#edgeOf(id, gap);
    return this.#texts[id]!.slice(this.#edges[edge], this.#edges[edge + 1]);
  }

  isText(gap: number, place: number, text: string): boolean {
    const id = this.#idAt(place);
    const edge = this.#edgeOf(id, gap);
    const start = this.#edges[edge]!;
    return this.#edges[edge + 1]! - start === text.length && this.#texts[id]!.startsWith(text, start);
  }

  /** Whether all texts have the same in a gap. */
  isSame(gap: number): boolean {
    const first = this.text(gap, 0);
    for (let place = 1; place < this.length; place++) if (!this.isText(gap, place, first)) return false;
    return true;
  }

  /** What stands in a gap in the first places. */
  head(gap: number, places: number): readonly string[] {
    if (places === this.length) return this.all(gap, gap, 0);
    const texts: string[] = [];
    for (let place = 0; place < places; place++) texts.push(this.text(gap, place));
    return texts;
  }

  /** Of each place the text from one gap to the end of another, without the first characters. */
  all(first: number, last: number, skipped: number): readonly string[] {
    const texts: string[] = [];
    for (let place = 0; place < this.length; place++) {
      const id = this.#idAt(place);
      const own = this.#edgeOf(id, 0);
      texts.push(this.#texts[id]!.slice(this.#edges[own + first * 2]! + skipped, this.#edges[own + last * 2 + 1]));
    }
    return texts;
  }

  /** How many characters all texts begin with in a gap, one at least left over; 0 for fewer than `enough`. */
  commonStart(gap: number, enough: number): number {
    const first = this.text(gap, 0);
    let common = first.length;
    let shortest = first.length;
    for (let place = 0; place < this.length; place++) {
      const id = this.#idAt(place);
      const text = this.#texts[id]!;
      const edge = this.#edgeOf(id, gap);
      const start = this.#edges[edge]!;
      const length = this.#edges[edge + 1]! - start;
      let at = 0;
      while (at < common && at < length && text.charCodeAt(start + at) === first.charCodeAt(at)) at++;
      common = at;
      shortest = Math.min(shortest, length);
      if (common < enough) return 0;
    }
    common = Math.min(common, shortest - 1);
    return common < enough ? 0 : common;
  }

  #idAt(place: number): number {
    return this.#ids ? this.#ids[place]! : place;
  }

  #edgeOf(id: number, gap: number): number {
    return (this.#starts ? this.#starts[id]! : id * 2) + gap * 2;
  }
}
