/** `headroom mcp uninstall`: takes the server out of a client's file again. */
import { Backups } from '../../mcp/install/backup.ts';
import { planUninstall } from '../../mcp/install/change.ts';
import type { Command, Invocation } from '../command.ts';
import { remark } from '../terminal.ts';
import { CLIENT_FLAGS, chooseClient, confirm, RESTART } from './mcp-clients.ts';

export const uninstall: Command = {
  summary: 'Takes the MCP server out of the configuration of a client. Shows the change and asks first.',
  examples: [
    ['headroom mcp uninstall claude-code', ''],
    ['headroom mcp uninstall codex --dry-run', 'only show what would change'],
  ],
  notes:
    'Gives back the file as it was before headroom mcp install, byte for byte. When others have changed it meanwhile,\n' +
    'only the entry of this program goes.',
  argument: { name: 'CLIENT', isRequired: false },
  flags: CLIENT_FLAGS,
  options: ['home'],
  async run({ flags, positionals, config }: Invocation): Promise<number> {
    const { client, place } = chooseClient(positionals[0], flags.has('project'));
    const change = planUninstall(client, place, new Backups(config.values.home));
    if (!change) {
      remark(`headroom: it is not in ${place.path}; there is nothing to do`);
      return 0;
    }
    if (!(await confirm(change, flags))) return flags.has('dry-run') ? 0 : 1;
    change.make();
    remark(`headroom: ${client.title} does not have it any more. ${RESTART}`);
    return 0;
  },
};
