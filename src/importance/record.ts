/** What happens to views, as rows to add up: that they were made, fetched, and that what stands in them was used. */
import type { Asked, LearnedRow, Place, Structure } from '../core/importance.ts';
import { type Names, namesOf, toolShape, toolShapes } from './names.ts';
import { merge, rowOf } from './rows.ts';
import type { Snapshot } from './snapshot.ts';

export interface Seen {
  readonly tenant: string;
  /** Undefined where nobody knows. */
  readonly tool: string | undefined;
  /** Whose views such texts have. */
  readonly compressor?: string | undefined;
  /** Of the original; undefined where it has none. */
  readonly structure: Structure | undefined;
}

export interface Added {
  readonly rows: readonly LearnedRow[];
  /** To be counted only where there is something to add to. */
  readonly known: readonly LearnedRow[];
}

/** More templates of one log are not counted. */
const MOST_SHAPES = 256;
/** Columns or templates of one call: who asks for more asks for none in particular. */
const MOST_PLACES = 4;

export class Recorder {
  readonly #salt: string;
  readonly #snapshot: Snapshot | undefined;

  /** @param snapshot that the views of this process are made by. */
  constructor(salt: string, snapshot: Snapshot | undefined) {
    this.#salt = salt;
    this.#snapshot = snapshot;
  }

  viewed({ tenant, tool, compressor, structure }: Seen): Added {
    const names = namesOf(this.#salt, tenant);
    const shapes = structure ? [...new Set(structure.shapes)].slice(0, MOST_SHAPES) : [];
    const own = shapes.flatMap((shape) => this.#viewRows(names, shape));
    const isKept = shapes.some((shape) => this.#kept(names.shape(shape)).size > 0);
    const tools = tool === undefined ? [] : toolShapes(tool, compressor);
    const ofTool = tools.flatMap((shape) => this.#viewRows(names, shape, isKept));
    return structure?.isOpen ? { rows: ofTool, known: own } : { rows: [...ofTool, ...own], known: [] };
  }

  /** For the first time in its conversation. */
  fetched(seen: Seen, asked: Asked): Added {
    const { structure } = seen;
    const found = structure?.find(asked) ?? [];
    const places = found.length > MOST_PLACES ? [] : found;
    const shapes = new Set(
      places.length > 0 ? places.map(({ shape }) => shape) : structure?.isOpen ? [] : structure?.shapes,
    );
    return { rows: this.#fetchRows(seen, [...shapes], places), known: [] };
  }

  /** Something that stands in these places was said by the model, or given to a tool. */
  used({ tenant, tool }: Seen, places: readonly Place[]): Added {
    const names = namesOf(this.#salt, tenant);
    const one = { used: 1 };
    const rows = places.flatMap(({ shape, place }) => [
      rowOf(names.owner, names.shape(shape), names.place(shape, place), one),
      ...(tool === undefined
        ? []
        : [rowOf(names.owner, names.shape(toolShape(tool)), names.place(toolShape(tool), place), one)]),
    ]);
    return { rows: onceEach(rows), known: [] };
  }

  #viewRows({ owner, shape: nameOf }: Names, shape: string, isKeptElsewhere = false): readonly LearnedRow[] {
    const name = nameOf(shape);
    const places = this.#kept(name);
    const isKept = isKeptElsewhere || places.size > 0;
    return [
      rowOf(owner, name, '', { views: 1, kept: Number(isKept) }),
      ...Array.from(places.keys(), (place) => rowOf(owner, name, place, { kept: 1 })),
    ];
  }

  #fetchRows(
    { tenant, tool, compressor }: Seen,
    shapes: readonly string[],
    places: readonly Place[],
  ): readonly LearnedRow[] {
    const names = namesOf(this.#salt, tenant);
    const isKept = shapes.some((shape) => this.#kept(names.shape(shape)).size > 0);
    const all: (readonly [shape: string, places: readonly string[], isKept: boolean])[] = shapes.map((shape) => [
      shape,
      places.filter((one) => one.shape === shape).map(({ place }) => place),
      this.#kept(names.shape(shape)).size > 0,
    ]);
    const [whole, ...byKind] = tool === undefined ? [] : toolShapes(tool, compressor);
    if (whole !== undefined) all.push([whole, places.map(({ place }) => place), isKept]);
    for (const shape of byKind) all.push([shape, [], isKept]);
    const rows = all.flatMap(([shape, own, kept]) => {
      const name = names.shape(shape);
      const counts = { fetched: 1, whole: Number(places.length === 0), keptFetched: Number(kept) };
      return [
        rowOf(names.owner, name, '', counts),
        ...own.map((place) => {
          const id = names.place(shape, place);
          return rowOf(names.owner, name, id, { fetched: 1, keptFetched: Number(this.#kept(name).has(id)) });
        }),
      ];
    });
    return onceEach(rows);
  }

  #kept(shape: string): ReadonlyMap<string, number> {
    return this.#snapshot?.keptPlaces(shape) ?? NONE;
  }
}

const NONE: ReadonlyMap<string, number> = new Map();

/** One call counts once for each row. */
function onceEach(rows: readonly LearnedRow[]): readonly LearnedRow[] {
  const known = new Map(rows.map((row) => [`${row.shape} ${row.place}`, row]));
  return merge([...known.values()]);
}
