/** Which client is meant, and the person's word on a change of its file. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { suggestion } from '../../config/nearest.ts';
import { HeadroomError } from '../../core/errors.ts';
import type { Change } from '../../mcp/install/change.ts';
import { type Client, CLIENTS, type Place, type Places } from '../../mcp/install/clients.ts';
import { changedLines } from '../../mcp/install/show-change.ts';
import type { Flag, Invocation } from '../command.ts';
import { colorsFor, remark, say } from '../terminal.ts';

export const CLIENT_FLAGS: readonly Flag[] = [
  { name: 'yes', short: 'y', doc: 'Do not ask.' },
  { name: 'dry-run', doc: 'Show the change and make none.' },
  { name: 'project', doc: 'The file of the project in this folder, not that of the person.' },
];

export const RESTART = 'Restart it, or begin a new session: clients read the file when they start.';

/** @throws HeadroomError BAD_OPTION when it is not clear which one is meant. */
export function chooseClient(
  name: string | undefined,
  isProject: boolean,
): { readonly client: Client; readonly place: Place } {
  const places = { home: homedir(), project: process.cwd(), environment: process.env };
  const client = name === undefined ? onlyPresent(places) : named(name);
  if (!isProject) return { client, place: client.place(places) };
  if (client.projectFile === undefined)
    throw new HeadroomError('BAD_OPTION', `--project: ${client.title} has no file for it; leave it out`);
  return { client, place: { path: join(places.project, client.projectFile), within: places.project } };
}

function named(name: string): Client {
  const names = CLIENTS.map((client) => client.name);
  const client = CLIENTS.find((candidate) => candidate.name === name);
  if (client) return client;
  throw new HeadroomError(
    'BAD_OPTION',
    `unknown client ${name}${suggestion(name, names)}; known are ${names.join(', ')}; headroom mcp install generic prints what any other needs`,
  );
}

function onlyPresent(places: Places): Client {
  const present = CLIENTS.filter((client) => client.isPresent(places));
  if (present.length === 1) return present[0]!;
  const found =
    present.length === 0 ? 'none was found here' : `found here: ${present.map((one) => one.name).join(', ')}`;
  throw new HeadroomError(
    'BAD_OPTION',
    `say which client, one of ${CLIENTS.map((client) => client.name).join(', ')}, generic (${found})`,
  );
}

/** Shows the change. @returns whether it is to be made. @throws HeadroomError BAD_OPTION when nobody can be asked. */
export async function confirm({ path, before, after }: Change, flags: Invocation['flags']): Promise<boolean> {
  const { bold, red, green } = colorsFor(process.stdout);
  const what = before === undefined ? ' (new file)' : after === undefined ? ' (removed: it was not there before)' : '';
  say(bold(`${path}${what}`));
  for (const line of changedLines(before ?? '', after ?? '')) {
    say(line.startsWith('+') ? green(line) : line.startsWith('-') ? red(line) : line);
  }
  if (flags.has('dry-run')) return false;
  if (flags.has('yes')) return true;
  if (!process.stdin.isTTY)
    throw new HeadroomError('BAD_OPTION', 'nobody is there to be asked; add --yes, or --dry-run to look only');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const said = await asking.question('Write this? [y/N] ').catch(() => '');
  asking.close();
  const isYes = /^y(?:es)?$/i.test(said.trim());
  if (!isYes) remark('headroom: nothing was changed');
  return isYes;
}
