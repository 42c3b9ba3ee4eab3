/** Instructions with their changing values taken out: the wording stays, each value is said by a number, and a postscript gives them all. */
import type { JsonValue } from '../../core/json/value.ts';
import { isJsonObject } from '../../core/json/value.ts';
import type { Preamble } from '../../core/preamble.ts';
import { findVolatile } from './volatile.ts';

export interface SettledPreamble {
  /** By index of the preamble's texts and tools. */
  readonly texts: readonly string[];
  readonly tools: readonly JsonValue[];
  /** Gives the values; undefined when there are none. */
  readonly postscript: string | undefined;
}

/** Values are numbered in an order that does not depend on that of the tools. */
export function settle({ texts, tools }: Preamble): SettledPreamble {
  const values = new Values();
  const settledTexts = texts.map(({ text }) => values.settle(text));
  const order = [...tools.keys()].sort((a, b) => (tools[a]!.name < tools[b]!.name ? -1 : 1));
  const settledTools: JsonValue[] = [];
  for (const index of order) settledTools[index] = values.settleTool(tools[index]!.value);
  return { texts: settledTexts, tools: settledTools, postscript: values.postscript() };
}

class Values {
  readonly #said: { label: string; value: string }[] = [];

  /** The text with a constant reference in the place of each value. */
  settle(text: string): string {
    let settled = '';
    let end = 0;
    for (const { start, end: next, label } of findVolatile(text)) {
      this.#said.push({ label: label.replaceAll(/\s+/g, ' '), value: text.slice(start, next) });
      settled += `${text.slice(end, start)}${referenceTo(this.#said.length)}`;
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

  /** What the references stand for; undefined when there are none. */
  postscript(): string | undefined {
    if (this.#said.length === 0) return undefined;
    const lines = this.#said.map(({ label, value }, index) => `value ${index + 1} (${label}): ${value}`);
    return ['[headroom: values that the instructions refer to]', ...lines].join('\n');
  }
}

function referenceTo(number: number): string {
  return `[value ${number}: see the last lines]`;
}
