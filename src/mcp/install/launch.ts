/** How a client is to start this very program. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import type { Launch } from './clients.ts';

export interface Running {
  /** The program's own file, `bin/headroom.js`. */
  readonly script: string;
  /** The Node that runs it. */
  readonly node: string;
  /** PATH, as clients will have it. */
  readonly path: string;
  /** Headroom's home folder, where it is not the usual one. */
  readonly home: string | undefined;
}

/** By its short name where that is found in PATH; from a cache of npx by npx, which may empty it; else by its full path. */
export function launchOf({ script, node, path, home }: Running): Launch {
  const args = ['mcp', ...(home === undefined ? [] : ['--home', home])];
  if (isInPath(script, path)) return { command: 'headroom', args };
  if (script.split(sep).includes('_npx')) return { command: 'npx', args: ['-y', 'headroom-ts', ...args] };
  return { command: node, args: [script, ...args] };
}

function isInPath(script: string, path: string): boolean {
  const first = path
    .split(delimiter)
    // What npm puts into PATH while it runs something is not there for anybody else.
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
    .map((folder) => join(folder, 'headroom'))
    .find((file) => existsSync(file));
  return first !== undefined && realpathSync(first) === realpathSync(script);
}
