/** What a call of the retrieval tool asked for, as far as it names a place. */
import type { Asked } from '../core/importance.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';

const RANGE = /^(\d{1,9})(?:\s*(?:-|–|\.\.|to|,|:)\s*(\d{1,9}))?$/;

export function askedIn(input: JsonValue | undefined): Asked {
  const asked = asObject(input ?? null);
  const path = textOf(asked['path']);
  if (path !== '') return { kind: 'path', text: path };
  for (const kind of ['rows', 'lines'] as const) {
    const [, from, to = from] = RANGE.exec(textOf(asked[kind])) ?? [];
    if (from !== undefined) return { kind, from: Number(from), to: Number(to) };
  }
  const query = textOf(asked['query']);
  return query === '' ? { kind: 'all' } : { kind: 'query', text: query };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}
