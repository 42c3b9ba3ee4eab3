/** The way back: from lossless forms to what the client sent. References are followed within the body that holds them. */
import type { Compressor } from '../core/compressor.ts';
import { JsonDocument } from '../core/json/document.ts';
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
  for (const compressor of compressors) {
    const original = compressor.expand(text);
    if (original !== undefined && original !== text) return original;
  }
  return undefined;
}

/** Every tool result of a request body as it was before it was shortened; all else as it is. */
export function expandBody(body: Uint8Array, format: WireFormat, compressors: readonly Compressor[]): Expanded {
  const document = JsonDocument.parse(body);
  const conversation = format.read(document);
  const earlier = new EarlierTexts(conversation);
  const edits = conversation.parts.flatMap((part) => {
    if (part.kind !== 'tool-result') return [];
    earlier.addCall(part);
    const known = expandText(part.source, compressors);
    const text = unfoldRepeats(known ?? part.source, earlier) ?? known;
    earlier.addResult(part, part.source);
    return text === undefined
      ? []
      : [format.write({ kind: 'rewrite', part, text, loss: 'none', by: 'expand' }, document)];
  });
  return { body: document.apply(edits.flat()), count: edits.length };
}
