/** `headroom update --check`: asks npm, and nobody else, whether there is a newer version. Nothing is asked without it. */
import { execFile } from 'node:child_process';
import manifest from '../../../package.json' with { type: 'json' };
import { HeadroomError } from '../../core/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { remark, say } from '../terminal.ts';

const WAIT_MS = 20_000;

export const update: Command = {
  summary: 'Looks whether there is a newer version. It never installs one, and never looks by itself.',
  examples: [['headroom update --check', 'asks the registry that your npm is set to']],
  flags: [{ name: 'check', doc: 'Ask npm.' }],
  options: [],
  async run({ flags }: Invocation): Promise<number> {
    if (!flags.has('check'))
      throw new HeadroomError('BAD_OPTION', 'update: it only looks, and only when told to: headroom update --check');
    const newest = await askNpm(manifest.name);
    if (newest === undefined) {
      remark(
        'headroom: npm could not be asked: it is offline, not installed, or its registry does not know the package',
      );
      return 1;
    }
    if (!isNewer(newest, manifest.version)) say(`${manifest.version} is the newest version`);
    else say(`${newest} is there, this is ${manifest.version}: npm install -g ${manifest.name}@${newest}`);
    return 0;
  },
};

function askNpm(name: string): Promise<string | undefined> {
  const isWindows = process.platform === 'win32';
  return new Promise((resolve) => {
    // The package's name is ours, so a shell has nothing to misunderstand.
    const words = ['view', name, 'version', '--fetch-retries=0'];
    execFile('npm', words, { timeout: WAIT_MS, shell: isWindows }, (error, stdout) => {
      const version = stdout.trim();
      resolve(!error && /^\d+\.\d+\.\d+/.test(version) ? version : undefined);
    });
  });
}

/** By their numbers; what stands behind a dash comes before the version itself. */
export function isNewer(one: string, other: string): boolean {
  const [a, b] = [one, other].map((version) => /^(\d+)\.(\d+)\.(\d+)(-)?/.exec(version)) as [
    RegExpExecArray,
    RegExpExecArray,
  ];
  for (const place of [1, 2, 3]) {
    const difference = Number(a[place]) - Number(b[place]);
    if (difference !== 0) return difference > 0;
  }
  return a[4] === undefined && b[4] !== undefined;
}
