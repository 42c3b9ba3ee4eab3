/**
 * Keeps what stands before the messages equal from call to call, so that providers' prompt caches hit: changing values
 * move into notes behind what people said, tools keep the order of the first request, and where the client says nothing about
 * caches they are marked or named. Runs only where the policy says that this conversation began so.
 */
import type { Conversation } from '../../core/conversation.ts';
import { hashOf } from '../../core/hash.ts';
import { canonical } from '../../core/json/canonical.ts';
import type { JsonValue } from '../../core/json/value.ts';
import type { AlignPolicy, CachePlace, Preamble, PreambleTool, SettledPreamble } from '../../core/preamble.ts';
import type { Plan, Transform } from '../../core/transform.ts';
import { footnoteOf, frameOf, postscriptOf } from './settle.ts';

export const cacheAligner: Transform = {
  name: 'cache-aligner',
  isStructural: true,
  *plan(conversation, { policy: { align } }): Plan {
    const { preamble } = conversation;
    if (!preamble || !align) return;
    const settled = align.settles ? align.settled : asTheyAre(preamble);
    const texts = preamble.texts
      .map(({ path }, index) => ({ path, text: settled.texts[index]! }))
      .filter(({ text }, index) => text !== preamble.texts[index]!.text);
    const values = align.settles ? inFirstOrder(settled.tools, align.firstTools) : settled.tools;
    const tools = preamble.tools
      .map((tool, index): PreambleTool => ({ ...tool, value: values[index]! }))
      .filter(({ value }, index) => !isSame(value, preamble.tools[index]!.value));
    const footnote = settled.values.length === 0 ? undefined : footnoteOf(align.firstValues ?? settled.values);
    const postscript = align.firstValues && postscriptOf(settled.values, align.firstValues);
    const marks = marksOf(preamble, conversation, align);
    // What was a block once stays one when its mark has moved on.
    const opens = align.settles && marks.some((place) => typeof place === 'number');
    const key = preamble.takesKey ? keyOf(settled, values) : undefined;
    if (footnote === undefined && tools.length === 0 && marks.length === 0 && key === undefined) return;
    yield { kind: 'align', texts, tools, footnote, postscript, marks, opens, key };
  },
};

function isSame(value: JsonValue, other: JsonValue): boolean {
  return value === other || JSON.stringify(value) === JSON.stringify(other);
}

function asTheyAre({ texts, tools }: Preamble): SettledPreamble {
  return { texts: texts.map(({ text }) => text), tools: tools.map(({ value }) => value), values: [] };
}

const CANON = { ignoredKeys: new Set<string>(), digest: hashOf };

/** The same tools in the order and spelling of the first request; as they are where they are not the same. */
function inFirstOrder(tools: readonly JsonValue[], first: readonly JsonValue[]): readonly JsonValue[] {
  if (first === tools) return tools;
  const names = (list: readonly JsonValue[]): string =>
    list
      .map((tool) => canonical(tool, CANON))
      .sort()
      .join('\n');
  return tools.length === first.length && names(tools) === names(first) ? first : tools;
}

const TURN_ENDS = 2;
const KEY_DIGITS = 16;

/**
 * A prefix that will be asked for again is worth its writing: of a conversation with tools or with an answer in it all
 * of it, to the end of this request and to that of the one before; of any other the instructions, once they came twice.
 */
function marksOf(
  preamble: Preamble,
  { turns }: Conversation,
  { isPrefixKnown, settles }: AlignPolicy,
): readonly CachePlace[] {
  const { tools, strings } = preamble;
  const places = settles ? preamble.places : preamble.places.filter((place) => !strings.includes(place));
  const goesOn = tools.length > 0 || turns.some(({ role }) => role === 'assistant');
  const fixed = places.filter((place) => typeof place === 'string');
  if (!goesOn) return isPrefixKnown ? fixed : [];
  const last = turns.length - 1;
  const ends = places.filter((place) => typeof place === 'number');
  const lastAnswer = turns.findLastIndex(({ role }) => role === 'assistant');
  const earlier = ends.filter((turn) => turn < lastAnswer).at(-1);
  const moving = [earlier, ends.includes(last) ? last : undefined].filter((turn) => turn !== undefined);
  return [...fixed, ...moving.slice(-TURN_ENDS)];
}

/**
 * Requests of one prefix share a key, whoever's conversation they are: the provider sends them to the same cache. A value
 * that was not recognised does not change it.
 */
function keyOf(settled: SettledPreamble, tools: readonly JsonValue[]): string | undefined {
  if (settled.texts.length === 0 && tools.length === 0) return undefined;
  return `headroom-${hashOf(JSON.stringify([tools, frameOf(settled)])).slice(0, KEY_DIGITS)}`;
}
