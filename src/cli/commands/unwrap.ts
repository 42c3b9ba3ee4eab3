/** `headroom unwrap`: takes out of the shells' start files what `headroom wrap --install` wrote. */
import type { Command, Invocation } from '../command.ts';
import { remark } from '../terminal.ts';
import { sceneHere } from '../wrap/agent.ts';
import { planUnwrapping } from '../wrap/start-files.ts';
import { confirm } from './mcp-clients.ts';
import { agentNamed } from './wrap.ts';

export const unwrap: Command = {
  summary:
    'Takes out of the start file of your shell what headroom wrap --install wrote. Shows the change and asks first.',
  examples: [
    ['headroom unwrap claude', 'one agent'],
    ['headroom unwrap', 'all of them'],
    ['headroom unwrap --dry-run', 'only show what would change'],
  ],
  notes:
    'The file is then what it was before, byte for byte; what was changed in it meanwhile stays. It needs no proxy, and\n' +
    'nothing in the home folder. Sessions that run go on.',
  argument: { name: 'AGENT', isRequired: false },
  flags: [
    { name: 'yes', short: 'y', doc: 'Do not ask.' },
    { name: 'dry-run', doc: 'Show the change and make none.' },
  ],
  options: [],
  async run({ flags, positionals }: Invocation): Promise<number> {
    const [name] = positionals;
    const { way } = name === undefined ? {} : agentNamed(name, 'unwrap');
    const program = way?.kind === 'launched' ? way.program : name;
    const changes = planUnwrapping(program, sceneHere());
    const who = name === undefined ? 'no agent is' : `${name} is not`;
    if (changes.length === 0) remark(`headroom: ${who} wrapped for good; there is nothing to do`);
    for (const change of changes) {
      if (!(await confirm(change, flags))) return flags.has('dry-run') ? 0 : 1;
      change.make();
      remark(`headroom: ${change.path} is as it was before; shells that are open keep it until they end`);
    }
    return 0;
  },
};
