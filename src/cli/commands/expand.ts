/** `headroom expand`: the original of what `headroom compress` or the proxy has made shorter, out of the text or the store. */
import type { Config } from '../../config/load.ts';
import { findMarkers } from '../../core/marker.ts';
import { compressors, formats } from '../../pipeline/defaults.ts';
import { expandBody, expandText, expandView, type FindOriginal } from '../../pipeline/expand.ts';
import type { Command, Invocation } from '../command.ts';
import { readInput, readRequest, textOf } from '../input.ts';
import { isStoreThere, openConfiguredStores } from '../stores.ts';
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
    'JSON comes back with the same values; the white space between them is not kept. Views come out of the store.',
  argument: { name: 'FILE|-', isRequired: false },
  flags: [],
  options: ['store', 'store-key-file', 'home'],
  async run({ positionals, config }: Invocation): Promise<number> {
    const input = await readInput(positionals[0]);
    const { bytes, count } = withOriginals(config, (find) => expandBytes(input, find));
    writeResult(bytes);
    if (count === 0) remark(`headroom: nothing to expand${hintFor(input)}`);
    return 0;
  },
};

/** Only a store that is there is opened: looking must not make one. */
function withOriginals(config: Config, act: (find: FindOriginal) => Expansion): Expansion {
  if (!isStoreThere(config)) return act(() => undefined);
  const stores = openConfiguredStores(config);
  try {
    return act((hash) => stores.findOriginal(hash));
  } finally {
    stores.close();
  }
}

function expandBytes(bytes: Uint8Array, find: FindOriginal): Expansion {
  const request = readRequest(bytes, formats);
  const format = formats.find(({ name }) => name === request?.format);
  if (!request || !format) {
    const text = textOf(bytes);
    const original = text === undefined ? undefined : (expandView(text, find) ?? expandText(text, compressors));
    return original === undefined ? { bytes, count: 0 } : { bytes: Buffer.from(original), count: 1 };
  }
  const { body, count } = expandBody(request.body, format, compressors, find);
  return { bytes: request.unwrap(body), count };
}

function hintFor(bytes: Uint8Array): string {
  const [hash] = findMarkers(textOf(bytes) ?? '');
  return hash === undefined ? '; it came out as it is' : `; the original ${hash} is not in the store of this machine`;
}
