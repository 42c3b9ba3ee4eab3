/** `headroom retrieve`: an original from the store of this machine, for the person who sits at it. */
import type { Config } from '../../config/load.ts';
import { HeadroomError } from '../../core/errors.ts';
import { HASH_DIGITS, isHash } from '../../core/hash.ts';
import type { Command, Invocation } from '../command.ts';
import { existingStore, openConfiguredStores } from '../stores.ts';
import { writeResult } from '../terminal.ts';

export const retrieve: Command = {
  summary: 'Prints an original that this machine has kept, by its hash.',
  examples: [['headroom retrieve 0123456789abcdef01234567', 'the hash stands in the marker: [... hash=...]']],
  argument: { name: 'HASH', isRequired: true },
  flags: [],
  options: ['store', 'store-key-file', 'home'],
  run({ positionals, config }: Invocation): Promise<number> {
    const hash = positionals[0]!.replace(/^hash=/, '');
    if (!isHash(hash)) {
      throw new HeadroomError(
        'BAD_OPTION',
        `${JSON.stringify(hash)} is no hash; one has ${HASH_DIGITS} digits from 0 to 9 and a to f`,
      );
    }
    writeResult(Buffer.from(find(hash, config)));
    return Promise.resolve(0);
  },
};

function find(hash: string, config: Config): string {
  const path = existingStore(config);
  const stores = openConfiguredStores(config);
  try {
    const text = stores.findOriginal(hash);
    if (text !== undefined) return text;
    const { problem } = stores.status();
    const why = problem ?? 'it was made on another machine, or has been removed since';
    throw new HeadroomError('NOT_FOUND', `no original with hash ${hash} in ${path}: ${why}`);
  } finally {
    stores.close();
  }
}
