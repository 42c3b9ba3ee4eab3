/** Instructions with their changing values taken out: the wording stays, each value is said by a number, and notes give them. */
import type { JsonValue } from '../../core/json/value.ts';
import { isJsonObject } from '../../core/json/value.ts';
import type { Preamble, SettledPreamble, Value } from '../../core/preamble.ts';
import { findVolatile, type Volatile } from './volatile.ts';

/** Values are numbered in an order that does not depend on that of the tools. */
export function settle({ texts, tools }: Preamble): SettledPreamble {
  const values = new Values();
  const settledTexts = texts.map(({ text }) => values.settle(text));
  const order = [...tools.keys()].sort((a, b) => (tools[a]!.name < tools[b]!.name ? -1 : 1));
  const settledTools: JsonValue[] = [];
  for (const index of order) settledTools[index] = values.settleTool(tools[index]!.value);
  return { texts: settledTexts, tools: settledTools, values: values.said };
}

const MAX_KNOWN_CHARS = 4_000_000;

/** The same texts come with every request of a client: each is looked through once. */
function oncePerText<Result>(read: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  let knownChars = 0;
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    knownChars += text.length;
    if (knownChars > MAX_KNOWN_CHARS) {
      known.clear();
      knownChars = text.length;
    }
    const result = read(text);
    known.set(text, result);
    return result;
  };
}

const volatileIn = oncePerText<readonly Volatile[]>(findVolatile);

class Values {
  readonly said: Value[] = [];

  /** The text with a constant reference in the place of each value. */
  settle(text: string): string {
    let settled = '';
    let end = 0;
    for (const { start, end: next, label } of volatileIn(text)) {
      this.said.push({ label: label.replaceAll(/\s+/g, ' '), text: text.slice(start, next) });
      settled += `${text.slice(end, start)}${referenceTo(this.said.length)}`;
      end = next;
    }
    return end === 0 ? text : settled + text.slice(end);
  }

  /** The same for every description within a tool's definition; the very same value where nothing changes. */
  settleTool(value: JsonValue): JsonValue {
    if (Array.isArray(value)) {
      const items = (value as readonly JsonValue[]).map((item) => this.settleTool(item));
      return items.every((item, index) => item === (value as readonly JsonValue[])[index]) ? value : items;
    }
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).map(([key, member]) => {
      if (key === 'description' && typeof member === 'string') return [key, this.settle(member)] as const;
      return [key, member === undefined ? member : this.settleTool(member)] as const;
    });
    return entries.every(([key, member]) => member === value[key]) ? value : Object.fromEntries(entries);
  }
}

/**
 * What stays the same in the instructions of one conversation also where a value was not recognised: without words that
 * hold a digit, and without what short labels say. With it go the labels of the values, so that their numbers mean the same.
 */
export function frameOf({ texts, values }: Pick<SettledPreamble, 'texts' | 'values'>): string {
  return JSON.stringify([texts.map(frameOfText), values.map(({ label }) => label)]);
}

const frameOfText = oncePerText((text) =>
  text.replaceAll(/^([^:\n]{1,40}:)[^\n]{1,80}$/gm, '$1').replaceAll(/(?<!\S)[^\s\d]*\d\S*/g, '#'),
);

/** What the references stand for. */
export function footnoteOf(values: readonly Value[]): string {
  return noteOf('values that the instructions refer to', values.map(lineOf));
}

/** What has changed since the footnote was written; undefined when nothing has. */
export function postscriptOf(values: readonly Value[], first: readonly Value[]): string | undefined {
  const lines = values.map(lineOf).filter((_, index) => values[index]!.text !== first[index]?.text);
  return lines.length === 0 ? undefined : noteOf('of these values, as they are now', lines);
}

function noteOf(what: string, lines: readonly string[]): string {
  return [`[headroom: ${what}]`, ...lines].join('\n');
}

function lineOf({ label, text }: Value, index: number): string {
  return `value ${index + 1} (${label}): ${text}`;
}

function referenceTo(number: number): string {
  return `[value ${number}: said below]`;
}
