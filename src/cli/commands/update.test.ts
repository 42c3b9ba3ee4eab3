import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { Machine } from '../run-program.fixture.ts';
import { isNewer } from './update.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
});
afterEach(() => machine.close());

/** An npm that answers so. */
function npm(script: string): Record<string, string> {
  const bin = join(machine.home, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin` };
}

test('npm is asked for this package, and nobody else is', async () => {
  const said = await machine.run(
    ['update', '--check'],
    '',
    npm(`[ "$1 $2 $3" = "view ${manifest.name} version" ] && echo 999.1.0`),
  );
  expect([said.code, said.stdout]).toEqual([
    0,
    `999.1.0 is there, this is ${manifest.version}: npm install -g ${manifest.name}@999.1.0\n`,
  ]);
  const same = await machine.run(['update', '--check'], '', npm(`echo ${manifest.version}`));
  expect([same.code, same.stdout]).toEqual([0, `${manifest.version} is the newest version\n`]);
});

test('without the flag nothing is asked; offline it says so', async () => {
  const asked = join(machine.home, 'asked');
  const quiet = await machine.run(['update'], '', npm(`touch ${asked}`));
  expect([quiet.code, quiet.stderr]).toEqual([2, expect.stringContaining('headroom update --check')]);
  expect(() => chmodSync(asked, 0o600)).toThrow();
  const offline = await machine.run(['update', '--check'], '', npm('exit 1'));
  expect([offline.code, offline.stderr]).toEqual([1, expect.stringContaining('npm could not be asked')]);
});

test.each([
  ['1.2.3', '1.2.2', true],
  ['1.10.0', '1.9.9', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.3', '1.2.3-beta.1', true],
  ['1.2.3-beta.1', '1.2.3', false],
])('%s is newer than %s: %s', (one, other, expected) => {
  expect(isNewer(one, other)).toBe(expected);
});
