/** JSON lines of objects that were read one by one: they are not read again to be said. */
import type { JsonLines, ObjectReader } from '../../core/json-compressor.ts';
import { MIN_CHARS } from './find.ts';
import { JsonParser } from './parse.ts';
import { type Source, TextSource } from './source.ts';
import { JsonRecord, Shape } from './tree.ts';

export function objectsOf(text: string): ObjectReader {
  const parser = new JsonParser(text);
  return {
    at(start, end) {
      const value = parser.parse(start);
      return value instanceof JsonRecord && parser.position === end ? value : undefined;
    },
  };
}

/** What finding the JSON in the text would give. */
export function linesSource({ keys, rows, spelled }: JsonLines): Source {
  const first = keys.reduce((shape, key) => shape.with(key), new Shape());
  const grown = new Map<Shape, Shape>();
  const values: JsonRecord[] = [];
  for (const { cells, object } of rows) {
    if (!(object instanceof JsonRecord)) return new TextSource(spelled);
    if (cells.length === 0) {
      values.push(object);
      continue;
    }
    let shape = grown.get(object.shape);
    if (!shape) {
      shape = object.shape.keys.reduce((all, key) => all.with(key), first);
      grown.set(object.shape, shape);
    }
    values.push(new JsonRecord(shape, [...cells, ...object.values]));
  }
  const isLines = values.length > 1 && spelled.length >= MIN_CHARS;
  return new TextSource(spelled, isLines ? [{ kind: 'lines', start: 0, end: spelled.length, values }] : undefined);
}
