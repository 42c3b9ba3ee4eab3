/** How Gemini requests are carried on after a hidden call, and how later ones get back what the client never had. */
import type { Continuation, Hop, VisibleTurn } from '../../core/continuation.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { BodySplicer } from '../body-splicer.ts';
import { isEventStream, isJson } from '../content-type.ts';
import { modelContent, resultsContent } from './contents.ts';
import { ArrayFraming, EventFraming } from './framing.ts';
import { fieldOf, keyIn, requestIn, spellings } from './request.ts';
import { restore } from './restore.ts';
import { ContentHops, JsonSplicer } from './splice-body.ts';
import { StreamSplicer } from './splice.ts';
import { namesOf } from './turn-name.ts';

const CONTINUATION_TOKEN = spellings('continuationToken');

export const continuation: Continuation = {
  splice(contentType, hiding) {
    if (isEventStream(contentType)) return new StreamSplicer(new EventFraming(), hiding);
    if (!isJson(contentType)) return undefined;
    return new JsonSplicer(
      new BodySplicer(hiding, new ContentHops(hiding)),
      new StreamSplicer(new ArrayFraming(), hiding),
    );
  },

  extend,

  nameOf: (hops) => namesOf(visibleOf(hops))[0],
  otherNames: (hops) => namesOf(visibleOf(hops)).slice(1),

  visibleTurns,

  restore,
};

function visibleOf(hops: readonly Hop[]): readonly JsonValue[] {
  return hops.flatMap(({ pieces, hidden }) => pieces.filter((_, index) => !hidden.includes(index)));
}

function extend(hop: Hop, { value }: JsonDocument): readonly JsonEdit[] {
  const { path, value: request } = requestIn(value);
  const contents = [modelContent(hop.pieces), resultsContent(hop)];
  const edits: JsonEdit[] = contents.map((content) => ({ op: 'append', path: [...path, 'contents'], value: content }));
  // What would go on with an earlier answer is used up: this one goes on from what is said here.
  if (fieldOf(request, CONTINUATION_TOKEN) !== undefined)
    edits.push({ op: 'remove', path: [...path, keyIn(request, CONTINUATION_TOKEN)] });
  return edits;
}

/** Some clients have a turn in several contents, one for each chunk of its stream. */
function visibleTurns({ turns }: Conversation): readonly VisibleTurn[] {
  const visible: VisibleTurn[] = [];
  for (let end = 0, start = 0; start < turns.length; start = end) {
    end = start + 1;
    if (turns[start]!.role !== 'assistant') continue;
    while (turns[end]?.role === 'assistant') end++;
    const names = namesOf(turns.slice(start, end).flatMap(({ blocks }) => blocks));
    visible.push(...names.map((name) => ({ ...name, turn: start })));
  }
  return visible;
}
