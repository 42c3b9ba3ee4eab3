/** The way back: from forms to what the client sent. References are followed within the body that holds them. */
import type { Compressor } from '../core/compressor.ts';
import { JsonDocument } from '../core/json/document.ts';
import { findMarkers } from '../core/marker.ts';
import type { WireFormat } from '../core/wire-format.ts';
import { EarlierTexts } from '../transforms/earlier-texts.ts';
import { unfoldRepeats } from '../transforms/repeats.ts';

export interface Expanded {
  readonly body: Uint8Array;
  /** How many texts came back longer. */
  readonly count: number;
}

/** The original of one compressor's form; undefined when the text is none. JSON keeps its values, not its white space. */
export function expandText(text: string, compressors: readonly Compressor[]): string | undefined {
  // Those that wrap others stand behind them in the list, and must be unwrapped first.
  for (const compressor of compressors.toReversed()) {
    const original = compressor.expand(text);
    if (original !== undefined && original !== text) return original;
  }
  return undefined;
}

/** Where the originals of views are; undefined for one that is not kept. */
export type FindOriginal = (hash: string) => string | undefined;

/** The original that the marker at the end of a view leads to. */
export function expandView(text: string, find: FindOriginal): string | undefined {
  const hash = findMarkers(text.slice(text.lastIndexOf('\n') + 1)).at(-1);
  return hash === undefined ? undefined : find(hash);
}

/** Every tool result of a request body as it was before it was shortened; all else as it is. */
export function expandBody(
  body: Uint8Array,
  format: WireFormat,
  compressors: readonly Compressor[],
  find: FindOriginal = () => undefined,
): Expanded {
  const document = JsonDocument.parse(body);
  const conversation = format.read(document);
  const earlier = new EarlierTexts(conversation);
  const edits = conversation.parts.flatMap((part) => {
    if (part.kind !== 'tool-result') return [];
    earlier.addCall(part);
    const known = expandText(part.source, compressors);
    const text = expandView(part.source, find) ?? unfoldRepeats(known ?? part.source, earlier) ?? known;
    earlier.addResult(part, part.source, text ?? part.source);
    return text === undefined
      ? []
      : [format.write({ kind: 'rewrite', part, text, loss: 'none', by: 'expand' }, document)];
  });
  return { body: document.apply(edits.flat()), count: edits.length };
}
