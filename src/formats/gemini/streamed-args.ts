/** The arguments of a call that comes in pieces, each said by its JSON path. */
import { asArray, asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { textOf } from '../part-list.ts';

type Node = { [key: string]: JsonValue } | JsonValue[];

const VALUES = ['stringValue', 'numberValue', 'boolValue'] as const;
/** A step of a path such as `$.items[3]['a name'].id`. */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y;
/** No model writes a list this long; a number is enough to ask for one. */
const MAX_INDEX = 10_000;

export class StreamedArgs {
  readonly #root: Node;
  /** Whose text goes on with the next piece. */
  #openPath: string | undefined;

  constructor(given: JsonValue | undefined) {
    this.#root = structuredClone(asObject(given)) as Node;
  }

  add(pieces: JsonValue | undefined): void {
    for (const piece of asArray(pieces).map(asObject)) this.#put(piece);
  }

  whole(): JsonObject {
    return this.#root as JsonObject;
  }

  #put(piece: JsonObject): void {
    const path = textOf(piece['jsonPath']);
    const steps = stepsOf(path);
    if (!steps) return;
    const key = VALUES.find((one) => piece[one] !== undefined);
    const value = key === undefined ? null : piece[key]!;
    let node = this.#root;
    for (const [index, step] of steps.slice(0, -1).entries()) {
      const known = own(node, step);
      const next: Node = isNode(known) ? known : typeof steps[index + 1] === 'number' ? [] : {};
      set(node, step, next as JsonValue);
      node = next;
    }
    const last = steps.at(-1)!;
    const known = own(node, last);
    const goesOn = this.#openPath === path && typeof known === 'string' && typeof value === 'string';
    set(node, last, goesOn ? known + value : value);
    this.#openPath = piece['willContinue'] === true ? path : undefined;
  }
}

function isNode(value: JsonValue | undefined): value is JsonValue & Node {
  return Array.isArray(value) || isJsonObject(value);
}

function own(node: Node, step: string | number): JsonValue | undefined {
  return Object.hasOwn(node, step) ? (node as Record<string | number, JsonValue>)[step] : undefined;
}

/** As an own property, whatever its name. */
function set(node: Node, step: string | number, value: JsonValue): void {
  Object.defineProperty(node, step, { value, enumerable: true, writable: true, configurable: true });
}

/** Undefined for what is no such path. */
function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  for (let at = 1; at < path.length; at = STEP.lastIndex) {
    const [, name, index, single, double] = STEP.exec(path) ?? [];
    const quoted = (single ?? double)?.replaceAll(/\\(.)/g, '$1');
    if (index !== undefined && Number(index) > MAX_INDEX) return undefined;
    const step = index === undefined ? (name ?? quoted) : Number(index);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps.length > 0 ? steps : undefined;
}
