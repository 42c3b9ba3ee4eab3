/** Records as columns, one for each path, whatever the records look like: keys may be missing, values of several kinds. */
import { Column } from '../column.ts';
import type { Known } from '../known.ts';
import { type Json, JsonRecord, type Shape, isContainer, isList } from '../tree.ts';

const MAX_DEPTH = 8;
const MAX_FIELDS = 2_000;
/** An object with so many keys in all, each in few of the rows, has names for keys. */
const MIN_MAP_KEYS = 8;
const MAX_MAP_SHARE = 0.25;

const NO_FIELDS: ReadonlyMap<string, FieldNode> = new Map();

/** What stands at one path: values, objects (then it has fields), lists of objects (then it has members). */
export class FieldNode {
  readonly path: readonly string[];
  /** It stands inside a list: a row may have it several times. */
  readonly isMany: boolean;
  readonly rows: number[] = [];
  readonly values: Json[] = [];
  /** The rows where it is an object. */
  readonly objectRows: number[] = [];
  readonly listRows: number[] = [];
  member: FieldNode | undefined;
  isHidden = false;
  /** Of each shape of its objects the fields. Most nodes have none. */
  #plans: Map<Shape, readonly FieldNode[]> | undefined;
  #fields: Map<string, FieldNode> | undefined;
  readonly #known: Known | undefined;
  #column: Column | undefined;
  #name: string | undefined;

  constructor(path: readonly string[], isMany: boolean, known: Known | undefined) {
    this.path = path;
    this.isMany = isMany;
    this.#known = known;
  }

  get fields(): ReadonlyMap<string, FieldNode> {
    return this.#fields ?? NO_FIELDS;
  }

  get name(): string {
    return (this.#name ??= this.#spellName());
  }

  #spellName(): string {
    return this.path.length === 0 ? 'value' : this.path.join('.').replaceAll('.[]', '[]');
  }

  get count(): number {
    return this.rows.length + this.objectRows.length + this.listRows.length;
  }

  /** Its keys are names of things rather than of fields. */
  get isMap(): boolean {
    if (this.fields.size < MIN_MAP_KEYS) return false;
    let held = 0;
    for (const field of this.fields.values()) held += field.count;
    return held < this.fields.size * this.objectRows.length * MAX_MAP_SHARE;
  }

  get column(): Column {
    if (this.#column) return this.#column;
    const { path, rows, values } = this;
    this.#column = this.#known?.columnOf(path, rows, values) ?? new Column(path, rows, values);
    this.#column.name = this.name;
    return this.#column;
  }

  add(value: Json, row: number, table: FlatTable): void {
    const isDeep = this.path.length >= MAX_DEPTH || table.isFull;
    if (value instanceof JsonRecord && value.values.length > 0 && !isDeep) {
      this.objectRows.push(row);
      const plan = this.#plans?.get(value.shape) ?? this.#plan(value.shape, table);
      for (let at = 0; at < plan.length; at++) plan[at]!.add(value.values[at]!, row, table);
    } else if (isList(value) && value.some(isContainer) && !isDeep) {
      this.listRows.push(row);
      this.member ??= table.newNode([...this.path, '[]'], true);
      for (const each of value) this.member.add(each, row, table);
    } else {
      this.rows.push(row);
      this.values.push(value);
    }
  }

  #plan(shape: Shape, table: FlatTable): readonly FieldNode[] {
    const fields = (this.#fields ??= new Map());
    const plan = shape.keys.map((key) => {
      const known = fields.get(key);
      if (known) return known;
      const node = table.newNode([...this.path, key], this.isMany);
      fields.set(key, node);
      return node;
    });
    (this.#plans ??= new Map()).set(shape, plan);
    return plan;
  }
}

export class FlatTable {
  readonly count: number;
  readonly root: FieldNode;
  nodes: readonly FieldNode[] = [];
  #made = 0;

  readonly #known: Known | undefined;

  /** @param keys of the rows, where they stand in an object. */
  constructor(list: readonly Json[], keys?: readonly string[], known?: Known) {
    this.#known = known;
    this.count = list.length;
    this.root = this.newNode([], false);
    if (keys) {
      const key = this.newNode(['key'], false);
      keys.forEach((text, row) => key.add(text, row, this));
    }
    list.forEach((value, row) => this.root.add(value, row, this));
    hide(this.root);
    this.nodes = this.nodes.filter(({ isHidden }) => !isHidden);
  }

  get isFull(): boolean {
    return this.#made >= MAX_FIELDS;
  }

  newNode(path: readonly string[], isMany: boolean): FieldNode {
    const node = new FieldNode(path, isMany, this.#known);
    (this.nodes as FieldNode[]).push(node);
    this.#made++;
    return node;
  }
}

/** What is below a map is for those who look at one row. */
function hide(node: FieldNode, isBelowMap = false): void {
  node.isHidden = isBelowMap;
  const isBelow = isBelowMap || node.isMap;
  for (const field of node.fields.values()) hide(field, isBelow);
  if (node.member) hide(node.member, isBelow);
}
