/** `headroom stop`: ends the proxies of this home folder in order; sessions that run go on directly. */
import type { Command, Invocation } from '../command.ts';
import { counted, remark, say } from '../terminal.ts';
import { readEntries } from '../wrap/entries.ts';
import { ask } from '../wrap/line.ts';

export const stop: Command = {
  summary: 'Ends the proxies that run here, after their running exchanges.',
  examples: [['headroom stop', 'all of this home folder']],
  notes:
    'Running exchanges have 5 minutes to end; a SIGTERM to the process that is named cuts them.\n' +
    'Agents that headroom wrap started go on, directly: nothing of what they do next is shortened.',
  flags: [],
  options: ['home'],
  async run({ config }: Invocation): Promise<number> {
    const asked = await Promise.all(readEntries(config.values.home).map((entry) => ask(entry, 'stop')));
    const stopped = asked.filter((one) => one !== undefined);
    for (const { url, pid, sessions } of stopped) {
      const left =
        sessions.length === 0 ? '' : `; ${counted(sessions.length, 'session goes', 'sessions go')} on directly`;
      say(`told ${url} (process ${pid}) to end${left}`);
    }
    if (stopped.length === 0) remark('headroom: no proxy runs here; there is nothing to do');
    return 0;
  },
};
