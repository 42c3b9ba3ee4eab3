/** `headroom mcp wrap`: another MCP server, with shorter tool results. */
import type { Command, Invocation } from '../command.ts';
import { warn } from '../terminal.ts';
import { MACHINE_OPTIONS, machineOptions } from './mcp.ts';

export const wrap: Command = {
  summary: 'Runs another MCP server and shortens the texts that its tools give; all else passes as it is.',
  examples: [
    ['headroom mcp wrap -- npx -y some-mcp-server', 'in place of: npx -y some-mcp-server'],
    ['headroom mcp wrap --profile lossless -- ./server', 'only forms that lose nothing, and no further tool'],
  ],
  notes:
    'Write it into the configuration of a client, before the command that stands there. The server gets one more tool,\n' +
    'headroom_retrieve, which gives the originals of what was shortened to views; they are kept in the home folder.\n' +
    'Results that are errors lose nothing. For --tools the names are the server\'s own: --tools "read_file=off".',
  argument: { name: '-- COMMAND ARGUMENT...', isRequired: true, isMany: true },
  flags: [],
  options: MACHINE_OPTIONS,
  async run({ positionals, config }: Invocation): Promise<number> {
    config.warnings.forEach(warn);
    const { wrapServer } = await import('../../mcp/wrap/wrap.ts');
    return wrapServer(positionals, machineOptions(config));
  },
};
