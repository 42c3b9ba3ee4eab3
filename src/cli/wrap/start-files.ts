/** The start files of the person's shells: where wrapping for good is written, after a look at it, and taken out again. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HeadroomError } from '../../core/errors.ts';
import type { Change } from '../../mcp/install/change.ts';
import type { Place } from '../../mcp/install/clients.ts';
import { findFile, type FoundFile, removeFile, replaceFile } from '../../mcp/install/config-file.ts';
import type { Scene } from './agent.ts';
import { addAgent, findBlock, removeAgent, type Shell } from './shell-block.ts';

interface StartFile extends Place {
  readonly shell: Shell;
  /** The last part of $SHELL. */
  readonly of: string;
}

function startFiles({ home, environment }: Scene): readonly StartFile[] {
  const zsh = environment['ZDOTDIR'] || home;
  const fish = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  return [
    { of: 'zsh', shell: 'posix', path: join(zsh, '.zshrc'), within: zsh },
    { of: 'bash', shell: 'posix', path: join(home, '.bashrc'), within: home },
    { of: 'bash', shell: 'posix', path: join(home, '.bash_profile'), within: home },
    {
      of: 'fish',
      shell: 'fish',
      path: join(fish, 'fish', 'config.fish'),
      within: fish === environment['XDG_CONFIG_HOME'] ? fish : home,
    },
  ];
}

/** What is to be typed in place of the agent's name. */
export interface Wrapping {
  readonly program: readonly string[];
  /** Those of headroom wrap that every session gets. */
  readonly flags?: readonly string[];
}

/** Undefined when it is there already, as it would be written. @throws HeadroomError for a file that is not to be touched. */
export function planWrapping(agent: string, { program, flags = [] }: Wrapping, scene: Scene): Change | undefined {
  const place = placeFor(scene);
  const file = findFile(place);
  const text = textOf(file);
  const made = missingFolders(dirname(file.path));
  const words = { program: program.map(asBytes), flags: flags.map(asBytes) };
  const after = addAgent({ shell: place.shell, agent, ...words, text, newFolders: made.length });
  if (after === text) return undefined;
  const make = (): void => {
    replaceFile(file, Buffer.from(after, 'latin1'));
  };
  return { path: file.path, before: shown(text), after: shown(after), make };
}

/** What takes an agent, or all of them, out of every start file. */
export function planUnwrapping(agent: string | undefined, scene: Scene): readonly Change[] {
  return startFiles(scene)
    .filter(({ path }) => existsSync(path))
    .flatMap((place): Change[] => {
      const file = findFile(place);
      const text = textOf(file) ?? '';
      const block = findBlock(text);
      const isMeant = block?.agents.some((name) => agent === undefined || name === agent) ?? false;
      if (!block || !isMeant) return [];
      const after = removeAgent(text, agent);
      const isGone = after === '' && block.isNewFile;
      const make = (): void => {
        if (isGone) removeFile(file, foldersAbove(file.path, block.newFolders));
        else replaceFile(file, Buffer.from(after, 'latin1'));
        sweep(file.path);
      };
      return [{ path: file.path, before: shown(text), after: isGone ? undefined : shown(after), make }];
    });
}

/** Which agents are wrapped for good, and where. */
export function wrappedAgents(scene: Scene): readonly { readonly path: string; readonly agents: readonly string[] }[] {
  return startFiles(scene).flatMap(({ path, within }) => {
    try {
      const { agents } = findBlock(textOf(findFile({ path, within })) ?? '') ?? { agents: [] };
      return agents.length > 0 ? [{ path, agents }] : [];
    } catch {
      return [];
    }
  });
}

/** @throws HeadroomError BAD_OPTION for shells that nothing is known of. */
function placeFor(scene: Scene): StartFile {
  const name = basename(scene.environment['SHELL'] ?? '');
  const files = startFiles(scene).filter(({ of }) => of === name);
  // macOS opens login shells, which read the second one alone.
  const file = files.find(({ path }) => existsSync(path)) ?? (process.platform === 'darwin' ? files.at(-1) : files[0]);
  if (file) return file;
  throw new HeadroomError(
    'BAD_OPTION',
    `wrap --install: the shell ${name || '(no SHELL is set)'} is not known; make an alias for "headroom wrap AGENT --" in its start file`,
  );
}

/** Byte for byte: start files may be in any encoding, and hold anything. */
function textOf({ bytes }: FoundFile): string | undefined {
  return bytes?.toString('latin1');
}

function asBytes(word: string): string {
  return Buffer.from(word).toString('latin1');
}

function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString();
}

/** Outermost first. */
function missingFolders(path: string): readonly string[] {
  return existsSync(path) || dirname(path) === path ? [] : [...missingFolders(dirname(path)), path];
}

function foldersAbove(path: string, count: number): readonly string[] {
  return count === 0 ? [] : [...foldersAbove(dirname(path), count - 1), dirname(path)];
}

/** What a write that was killed half way has left behind. */
function sweep(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  const left = readdirSync(folder).filter((name) => name.startsWith(`.${basename(path)}.headroom-`));
  for (const name of left) rmSync(join(folder, name), { force: true });
}
