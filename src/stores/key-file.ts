/** The file of the key that the store is encrypted with: 32 random bytes, in base64 or hexadecimal, for its owner only. */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { HeadroomError } from '../core/errors.ts';
import { KEY_BYTES } from './sealed.ts';

const SPELLINGS = {
  hex: /^[0-9a-f]{64}$/i,
  base64: /^[A-Za-z0-9+/_-]{43}=?$/,
} as const;
const MOST_BYTES = 1_024;

/** @throws HeadroomError BAD_OPTION; the message never holds anything out of the file. */
export function readKeyFile(path: string): Uint8Array {
  const text = read(path).trim();
  for (const spelling of ['hex', 'base64'] as const)
    if (SPELLINGS[spelling].test(text)) return new Uint8Array(Buffer.from(text, spelling));
  throw new HeadroomError(
    'BAD_OPTION',
    `the key file ${path} does not hold a key: ${KEY_BYTES} bytes in base64 or hexadecimal, as headroom store key makes it`,
  );
}

function read(path: string): string {
  try {
    // A wrong path may lead to something big.
    if (statSync(path).size > MOST_BYTES) return '';
    return readFileSync(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
    throw new HeadroomError(
      'BAD_OPTION',
      `the key file ${path} ${why}; without it nothing that was encrypted can be read. headroom store key makes a new one`,
      { cause: error },
    );
  }
}

/** Makes a new key where no file stands yet. @throws HeadroomError BAD_OPTION. */
export function makeKeyFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    closeSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'there is one already, and it is not replaced' : `it cannot be written (${code})`;
    throw new HeadroomError('BAD_OPTION', `no key was made at ${path}: ${why}`, { cause: error });
  }
}
