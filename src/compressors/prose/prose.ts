/**
 * Ordinary prose, shortened to its most telling sentences, word for word: those that answer the tool call's own words,
 * then those that say most. A view, and only for operators who ask for it: what prose leaves unsaid nobody can see.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../../core/compressor.ts';
import type { ToolCall } from '../../core/conversation.ts';
import { asObject } from '../../core/json/value.ts';
import { claim } from './claim.ts';
import { rank } from './rank.ts';
import { select } from './select.ts';
import { readUnits, type Unit } from './sentences.ts';
import { termsOf } from './terms.ts';
import { holdsNotes, writeView } from './view.ts';

/** Of the text, so much stays. */
const SHARE: Readonly<Record<Exclude<Level, 'lossless'>, number>> = { balanced: 0.5, aggressive: 0.3 };
/** Of the room, so much goes to the notes about what is left out. */
const NOTES_SHARE = 0.12;
const HEADER_CHARS = 130;
const MIN_UNITS = 8;
const MAX_CHARS = 1 << 20;
const MAX_QUERY = 4_000;

/** The words of a call that say what it looks for. */
function queryOf(call: ToolCall | undefined): readonly string[] {
  const said: string[] = [];
  for (const value of Object.values(asObject(call?.input ?? null))) {
    if (typeof value === 'string') said.push(value);
    else if (Array.isArray(value)) for (const item of value) if (typeof item === 'string') said.push(item);
  }
  return termsOf(said.join('\n').slice(0, MAX_QUERY));
}

/** So much of the text as fits into a share of it, with notes for the rest; undefined when there is too little to choose from. */
export function extract(
  text: string,
  share: number,
  options: Pick<CompressOptions, 'call' | 'deadline'>,
): string | undefined {
  const units = readUnits(text, options.deadline);
  return units.length < MIN_UNITS ? undefined : extractUnits(text, units, share, options);
}

function extractUnits(
  text: string,
  units: readonly Unit[],
  share: number,
  { call, deadline }: Pick<CompressOptions, 'call' | 'deadline'>,
): string | undefined {
  const ranking = rank(text, units, queryOf(call), deadline);
  const room = text.length * share * (1 - NOTES_SHARE) - HEADER_CHARS;
  return writeView(text, ranking, select(ranking, room, deadline));
}

function compress(text: string, options: CompressOptions): Compressed | undefined {
  const { level, deadline } = options;
  deadline.check();
  if (level === 'lossless' || text.length > MAX_CHARS || holdsNotes(text)) return undefined;
  const units = readUnits(text, deadline);
  if (units.length < MIN_UNITS) return undefined;
  const view = (): string | undefined => extractUnits(text, units, SHARE[level], options);
  return chooseForm({ source: text, lossless: undefined, view }, options);
}

/** For the list of compressors, when the operator wants prose shortened. */
export function prose(): Compressor {
  return { name: 'prose', claim, compress, expand: () => undefined, same: (source, expanded) => source === expanded };
}
