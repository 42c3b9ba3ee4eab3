/** The commands, in the order of the help; each is loaded only when it is called. */
import type { CommandEntry } from '../command.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'proxy',
    summary: 'start the proxy between your agent and its model provider',
    load: async () => (await import('./proxy.ts')).proxy,
  },
  {
    name: 'wrap',
    summary: 'start an agent (claude, codex, gemini, ...) with its requests going through a proxy',
    load: async () => (await import('./wrap.ts')).wrap,
  },
  {
    name: 'unwrap',
    summary: 'undo headroom wrap --install',
    load: async () => (await import('./unwrap.ts')).unwrap,
  },
  {
    name: 'status',
    summary: 'show the proxies that run, their sessions and savings',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'stop',
    summary: 'end the proxies that run',
    load: async () => (await import('./stop.ts')).stop,
  },
  {
    name: 'doctor',
    summary: 'look for what keeps it from working: store, network, clock, agents',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'demo',
    summary: 'play a question about 100 log entries through a real proxy, no key needed',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'compress',
    summary: 'make a text, a JSON file, messages or a request body shorter',
    load: async () => (await import('./compress.ts')).compress,
  },
  {
    name: 'expand',
    summary: 'turn the shorter form back into the original',
    load: async () => (await import('./expand.ts')).expand,
  },
  {
    name: 'retrieve',
    summary: 'print an original that this machine has kept, by its hash',
    load: async () => (await import('./retrieve.ts')).retrieve,
  },
  {
    name: 'store',
    summary: 'show what is kept, forget it, or make a key to encrypt it with',
    load: async () => (await import('./store.ts')).store,
  },
  {
    name: 'savings',
    summary: 'show what requests cost, and what they would have cost without Headroom',
    load: async () => (await import('./savings.ts')).savings,
  },
  {
    name: 'learned',
    summary: 'show, move or forget what is known of what matters in results',
    load: async () => (await import('./learned.ts')).learned,
  },
  {
    name: 'calibrate',
    summary: "hold token counts against the provider's own, for one model",
    load: async () => (await import('./calibrate.ts')).calibrate,
  },
  {
    name: 'explain',
    summary: 'show what would become of each part of a request, and why',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'mcp',
    summary: 'serve the same over MCP, where a client lets no base URL be set',
    load: async () => (await import('./mcp.ts')).mcp,
  },
  {
    name: 'update',
    summary: 'look whether there is a newer version, when told to',
    load: async () => (await import('./update.ts')).update,
  },
  {
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./version.ts')).version,
  },
];
