/** Cursor: its servers talk to the providers, also with a key of one's own. */
import type { Agent } from '../agent.ts';

export const cursor: Agent = {
  name: 'cursor',
  title: 'Cursor',
  wirings: () => [],
  features: [
    { name: 'requests to the model', isKept: false, how: 'Cursor’s servers send them; tools over MCP are shortened' },
  ],
  way: {
    kind: 'impossible',
    advice: [
      'Cursor cannot be wrapped: its servers send the requests, also with a key of your own, and they cannot reach this machine.',
      'What its tools give can be shortened all the same, by MCP:',
      '  headroom mcp install cursor              tools to shorten and to fetch',
      '  headroom mcp wrap -- npx -y some-server  in .cursor/mcp.json, before the command of another MCP server',
    ],
  },
};
