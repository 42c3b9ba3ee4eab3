/** The MCP clients that the server can be put into: where each keeps its servers, and how it spells one. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonObject } from '../../core/json/value.ts';
import { jsonConfig } from './json-config.ts';
import { tomlConfig } from './toml-config.ts';

/** How a client is to start the server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** A configuration file as text. What cannot be read is refused by throwing an Error that says why. */
export interface ConfigSyntax {
  /** What a file that is not there yet counts as. */
  readonly empty: string;
  /** The entry of this server, whoever wrote it. */
  find(text: string): Entry | undefined;
  add(text: string, launch: Launch): string;
  /** @param isLast our entry was the first one: what holds entries goes with it when it is the only one. */
  remove(text: string, isLast: boolean): string;
  /** Whether adding an entry makes what holds entries. */
  makesHolder(text: string): boolean;
}

export interface Entry {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Places {
  /** The person's own home folder. */
  readonly home: string;
  /** The folder of the project that the command is called in. */
  readonly project: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A file, and the folder that it must not lead out of. */
export interface Place {
  readonly path: string;
  readonly within: string;
}

export interface Client {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly syntax: ConfigSyntax;
  place(places: Places): Place;
  /** Undefined when its projects have no file of their own. */
  readonly projectFile: string | undefined;
  /** Whether it seems to be in use here. */
  isPresent(places: Places): boolean;
}

export const CLIENTS: readonly Client[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    syntax: jsonConfig((launch) => ({ type: 'stdio', ...plain(launch) })),
    place: ({ home, environment }) => inFolder(environment['CLAUDE_CONFIG_DIR'], home, '', '.claude.json'),
    projectFile: '.mcp.json',
    isPresent: (places) => existsSync(placeOf('claude-code', places)) || existsSync(join(places.home, '.claude')),
  },
  {
    name: 'cursor',
    title: 'Cursor',
    syntax: jsonConfig(plain),
    place: ({ home }) => inFolder(undefined, home, '.cursor', 'mcp.json'),
    projectFile: join('.cursor', 'mcp.json'),
    isPresent: ({ home }) => existsSync(join(home, '.cursor')),
  },
  {
    name: 'codex',
    title: 'Codex',
    syntax: tomlConfig,
    place: ({ home, environment }) => inFolder(environment['CODEX_HOME'], home, '.codex', 'config.toml'),
    projectFile: undefined,
    isPresent: (places) => existsSync(join(placeOf('codex', places), '..')),
  },
];

function placeOf(name: string, places: Places): string {
  return CLIENTS.find((client) => client.name === name)!.place(places).path;
}

function plain({ command, args }: Launch): JsonObject {
  return { command, args };
}

/** @param given a folder that the client's own variable names, in place of the one in the home folder. */
function inFolder(given: string | undefined, home: string, folder: string, file: string): Place {
  if (given) return { path: join(resolve(given), file), within: resolve(given) };
  return { path: join(home, folder, file), within: home };
}

/** For a client that is not in the list: what its file should hold. */
export function snippetOf(launch: Launch): string {
  return JSON.stringify({ mcpServers: { headroom: plain(launch) } }, undefined, 2);
}
