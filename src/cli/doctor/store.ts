/** Where originals are kept: whether it can be read and written, and how much room is left. */
import { accessSync, chmodSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/load.ts';
import { type StoreStats, withUpkeep } from '../../stores/upkeep.ts';
import { isStoreThere, storeSettings } from '../stores.ts';
import type { Check, Finding } from './check.ts';

const LOW_BYTES = 1_073_741_824;
const NO_BYTES = 67_108_864;

export const store: Check = {
  about: 'store',
  look(config) {
    return [...kept(config), room(config.values.home)];
  },
};

/** Who may read it, and whether it can be used: each is said, whatever the other is. */
function kept(config: Config): readonly Finding[] {
  return [...privacy(config), storeUse(config)];
}

function privacy({ storePath: path }: Config): readonly Finding[] {
  if (path === undefined || process.platform === 'win32' || !existsSync(path)) return [];
  if ((statSync(path).mode & 0o077) === 0) return [];
  return [{ verdict: 'warn', about: 'store', what: `others can read ${path}`, advice: `chmod 600 ${path}` }];
}

/** Whether a proxy can keep things there; nothing is made by looking. */
export function storeUse(config: Config): Finding {
  const { storePath: path, storeLogin: login, values } = config;
  const about = 'store';
  if (path === undefined)
    return { verdict: 'warn', about, what: 'in memory: gone when the proxy ends', advice: 'choose --store sqlite' };
  const folder = nearestFolder(values.home);
  const advice = `make it yours to read and write, or choose another --home`;
  if (!isAllowed(folder)) return { verdict: 'fail', about, what: `${folder} cannot be written`, advice };
  try {
    storeSettings(config);
    if (!isStoreThere(config)) return { verdict: 'pass', about, what: `${path} is made with the first request` };
    if (existsSync(path) && !isAllowed(path))
      return { verdict: 'fail', about, what: `${path} cannot be written`, advice };
    const look = (): StoreStats =>
      withUpkeep({ path, login, idleDays: values['store-days'] }, (upkeep) => upkeep.stats());
    const { bytes } = existsSync(path) ? withModeKept(path, look) : look();
    return { verdict: 'pass', about, what: `${path} can be read and written, ${megabytes(bytes)}` };
  } catch (error) {
    return {
      verdict: 'fail',
      about,
      what: `${path}: ${(error as Error).message}`,
      advice: 'headroom store stats says more',
    };
  }
}

/** Opening makes it private; whoever only looks leaves it as it is. */
function withModeKept<T>(path: string, work: () => T): T {
  const { mode } = statSync(path);
  try {
    return work();
  } finally {
    if (statSync(path).mode !== mode) chmodSync(path, mode);
  }
}

function room(home: string): Finding {
  const about = 'disk';
  const { bavail, bsize } = statfsSync(nearestFolder(home));
  const free = bavail * bsize;
  const what = `${megabytes(free)} free for ${home}`;
  const advice = 'make room, or set --store-max-mb lower';
  if (free < NO_BYTES) return { verdict: 'fail', about, what, advice };
  return free < LOW_BYTES ? { verdict: 'warn', about, what, advice } : { verdict: 'pass', about, what };
}

/** The folder itself, or the one that it would be made in. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function isAllowed(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;
}
