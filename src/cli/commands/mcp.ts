/** `headroom mcp`: the MCP server of this machine on standard input and output; its own commands put it into clients. */
import { type Config, isEverywhere } from '../../config/load.ts';
import type { MachineOptions } from '../../mcp/this-machine.ts';
import { checkStores, openStores } from '../../stores/index.ts';
import type { Command, CommandEntry, Invocation } from '../command.ts';
import { isStoreThere, storeSettings } from '../stores.ts';
import { remark, warn } from '../terminal.ts';

export const MACHINE_OPTIONS = [
  'profile',
  'tools',
  'prose',
  'deadline-ms',
  'store',
  'store-max-mb',
  'store-days',
  'store-key-file',
  'home',
] as const;

const COMMANDS: readonly CommandEntry[] = [
  { name: 'serve', summary: 'the same as headroom mcp', load: () => Promise.resolve(serve) },
  {
    name: 'install',
    summary: 'put the server into the configuration of an MCP client',
    load: async () => (await import('./mcp-install.ts')).install,
  },
  {
    name: 'uninstall',
    summary: 'take it out again',
    load: async () => (await import('./mcp-uninstall.ts')).uninstall,
  },
  {
    name: 'wrap',
    summary: 'run another MCP server and shorten what its tools say',
    load: async () => (await import('./mcp-wrap.ts')).wrap,
  },
];

const serve: Command = {
  summary: 'Serves headroom_compress, headroom_retrieve and headroom_stats over MCP, on standard input and output.',
  examples: [
    ['headroom mcp install claude-code', 'put it into Claude Code; shows the change first'],
    ['claude mcp add headroom -- headroom mcp', 'the same, by Claude Code itself'],
    ['headroom mcp wrap -- npx -y some-mcp-server', 'shorten what another MCP server says'],
  ],
  notes:
    'Clients start it themselves. headroom_retrieve finds every original in the home folder, also those of the proxy.\n' +
    'A running proxy serves the same tools at /mcp, there for the originals of the same credential.',
  flags: [],
  options: [...MACHINE_OPTIONS, 'host', 'port', 'token'],
  async run({ config }: Invocation): Promise<number> {
    config.warnings.forEach(warn);
    if (process.stdin.isTTY) remark('headroom: waiting for an MCP client on standard input; Ctrl-C ends it');
    const [{ serveMcp }, { release }] = await Promise.all([
      import('../../mcp/stdio.ts'),
      import('../../proxy/release.ts'),
    ]);
    await serveMcp(machineOptions(config), release.version);
    return 0;
  },
};

export const mcp: Command = { ...serve, commands: COMMANDS };

/** @throws HeadroomError BAD_OPTION when the stores cannot be used as configured. */
export function machineOptions(config: Config): MachineOptions {
  const { values, storePath: path } = config;
  const settings = { path, ...storeSettings(config) };
  checkStores(settings);
  const { host, port } = values;
  const local = isEverywhere(host) ? '127.0.0.1' : host;
  return {
    profile: values.profile,
    tools: values.tools,
    prose: values.prose,
    deadlineMs: values['deadline-ms'],
    openStores: () => openStores({ ...settings, warn }),
    isStoreThere: () => isStoreThere(config),
    proxyUrl: `http://${local.includes(':') ? `[${local}]` : local}:${port}`,
    token: values.token,
    warn,
  };
}
