/** `headroom mcp install`: shows what it would write into a client's file, and writes it when the person says so. */
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config/load.ts';
import { HeadroomError } from '../../core/errors.ts';
import { Backups } from '../../mcp/install/backup.ts';
import { planInstall } from '../../mcp/install/change.ts';
import { type Launch, snippetOf } from '../../mcp/install/clients.ts';
import { launchOf } from '../../mcp/install/launch.ts';
import type { Command, Invocation } from '../command.ts';
import { remark, say } from '../terminal.ts';
import { CLIENT_FLAGS, chooseClient, confirm, RESTART } from './mcp-clients.ts';

export const install: Command = {
  summary: 'Puts the MCP server into the configuration of a client. Shows the change and asks first.',
  examples: [
    ['headroom mcp install claude-code', 'into ~/.claude.json'],
    ['headroom mcp install cursor', 'into ~/.cursor/mcp.json'],
    ['headroom mcp install codex', 'into ~/.codex/config.toml'],
    ['headroom mcp install claude-code --project', 'into .mcp.json of this folder'],
    ['headroom mcp install generic', 'print what to put into the file of any other client'],
    ['headroom mcp install codex --dry-run', 'only show what would change'],
  ],
  notes:
    'Nothing but that one file is changed; what it was before is kept in the home folder. headroom mcp uninstall gives\n' +
    'the same file back, byte for byte; when others have changed it meanwhile, it takes out this entry alone.',
  argument: { name: 'CLIENT', isRequired: false },
  flags: CLIENT_FLAGS,
  options: ['home'],
  async run({ flags, positionals, config }: Invocation): Promise<number> {
    const launch = ownLaunch(config);
    if (positionals[0] === 'generic') {
      say(snippetOf(launch));
      return 0;
    }
    const { client, place } = chooseClient(positionals[0], flags.has('project'));
    const change = planInstall(client, place, launch, new Backups(config.values.home));
    if (!change) {
      remark(`headroom: it is in ${place.path} already`);
      return 0;
    }
    if (!(await confirm(change, flags))) return flags.has('dry-run') ? 0 : 1;
    change.make();
    remark(`headroom: ${client.title} has it now. ${RESTART}`);
    remark(`headroom: headroom mcp uninstall ${client.name}${flags.has('project') ? ' --project' : ''} undoes it`);
    return 0;
  },
};

function ownLaunch({ values, sources }: Config): Launch {
  const script = fileURLToPath(new URL('../../../bin/headroom.js', import.meta.url));
  const home = sources.home === 'default' ? undefined : values.home;
  try {
    return launchOf({ script, node: process.execPath, path: process.env.PATH ?? '', home });
  } catch (error) {
    throw new HeadroomError('NOT_WRITTEN', `${script} cannot be found: ${String(error)}`, { cause: error });
  }
}
