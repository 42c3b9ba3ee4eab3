/** Cline: it keeps its provider in a store of its own, so the address is entered there by hand. */
import type { Agent } from '../agent.ts';

export const cline: Agent = {
  name: 'cline',
  title: 'Cline',
  wirings: () => [],
  features: [
    { name: 'Cline’s own account', isKept: false, how: 'it talks to Cline’s servers; use a key of your own, or MCP' },
  ],
  way: {
    kind: 'held',
    advice: (url) => [
      'In the settings of Cline choose your provider, then:',
      `  Anthropic           "Use custom base URL": ${url}`,
      `  OpenAI Compatible   base URL: ${url}/v1`,
      `  Google Gemini       "Use custom base URL": ${url}`,
    ],
  },
};
