/** `headroom version`, also `headroom --version`. */
import { release } from '../../proxy/release.ts';
import type { Command } from '../command.ts';
import { say } from '../terminal.ts';

export const version: Command = {
  summary: 'Prints the version.',
  examples: [['headroom --version', 'or headroom version']],
  flags: [],
  options: [],
  run() {
    say(release.version);
    return Promise.resolve(0);
  },
};
