/** `headroom expand`: the original of what `headroom compress` or the proxy has made shorter without loss. */
import { findMarkers } from '../../core/marker.ts';
import { compressors, formats } from '../../pipeline/defaults.ts';
import { expandBody, expandText } from '../../pipeline/expand.ts';
import type { Command, Invocation } from '../command.ts';
import { readInput, readRequest, textOf } from '../input.ts';
import { remark, writeResult } from '../terminal.ts';

interface Expansion {
  readonly bytes: Uint8Array;
  /** How many texts were turned back. */
  readonly count: number;
}

export const expand: Command = {
  summary: 'Turns the shorter form back into the original.',
  examples: [
    ['headroom expand short.txt', 'print the original'],
    ['headroom compress a.json | headroom expand', 'the way there and back'],
  ],
  notes:
    'In messages and request bodies every tool result is expanded. What is no shorter form comes out unchanged.\n' +
    'JSON comes back with the same values; the white space between them is not kept.',
  argument: { name: 'FILE|-', isRequired: false },
  flags: [],
  options: [],
  async run({ positionals }: Invocation): Promise<number> {
    const input = await readInput(positionals[0]);
    const { bytes, count } = expandBytes(input);
    writeResult(bytes);
    if (count === 0) remark(`headroom: nothing to expand${hintFor(input)}`);
    return 0;
  },
};

function expandBytes(bytes: Uint8Array): Expansion {
  const request = readRequest(bytes, formats);
  const format = formats.find(({ name }) => name === request?.format);
  if (!request || !format) {
    const text = textOf(bytes);
    const original = text === undefined ? undefined : expandText(text, compressors);
    return original === undefined ? { bytes, count: 0 } : { bytes: Buffer.from(original), count: 1 };
  }
  const { body, count } = expandBody(request.body, format, compressors);
  return { bytes: request.unwrap(body), count };
}

function hintFor(bytes: Uint8Array): string {
  const [hash] = findMarkers(textOf(bytes) ?? '');
  return hash === undefined ? '; it came out as it is' : `; its original is kept: headroom retrieve ${hash}`;
}
