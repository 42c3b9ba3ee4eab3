/**
 * What to call an earlier text so that a reader of the conversation finds it: the tool, the file as short as no other can
 * be meant, or its first arguments.
 */
import type { ToolCall } from '../core/conversation.ts';
import { asObject } from '../core/json/value.ts';

const MAX_CHARS = 100;
/** A second argument is named only beside a shorter first one. */
const SHORT_ARGUMENT_CHARS = 40;
const PATH = /^\S*[\\/]\S*[^\s\\/]$/;

export interface TextName {
  readonly tool: string;
  /** The first argument when it is a path; else empty. */
  readonly path: string;
  readonly rest: string;
}

export function nameOf({ name, input }: ToolCall): TextName {
  const short = Object.values(asObject(input)).filter(
    (value): value is string => typeof value === 'string' && !value.includes('\n') && value !== '',
  );
  const [first = '', second = ''] = short;
  const further = first.length < SHORT_ARGUMENT_CHARS || PATH.test(first) ? second : '';
  return PATH.test(first)
    ? { tool: name, path: first, rest: spaced(further) }
    : { tool: name, path: '', rest: spaced(`${first} ${further}`) };
}

export function wholeName({ tool, path, rest }: TextName): string {
  return spaced(`${tool} ${path} ${rest}`);
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_CHARS).trim();
}

/** The names that stood in a conversation so far, under every spelling that a shorter path gives them. */
export class EarlierNames {
  readonly #bySpelling = new Map<string, Set<string>>();
  readonly #known = new Set<string>();

  add(name: TextName): void {
    const whole = wholeName(name);
    if (this.#known.has(whole)) return;
    this.#known.add(whole);
    for (const spelling of spellings(name)) {
      if (!this.#bySpelling.has(spelling)) this.#bySpelling.set(spelling, new Set());
      this.#bySpelling.get(spelling)!.add(whole);
    }
  }

  /** The shortest spelling that is no other name's. */
  shortest(name: TextName): string {
    return spellings(name).find((spelling) => this.#bySpelling.get(spelling)?.size === 1) ?? wholeName(name);
  }
}

/** From the file's own name to its whole path. */
function spellings(name: TextName): readonly string[] {
  const { tool, path, rest } = name;
  const starts = Array.from(path.matchAll(/[\\/]/g), ({ index }) => index + 1).toReversed();
  return [...starts.map((start) => spaced(`${tool} ${path.slice(start)} ${rest}`)), wholeName(name)];
}
