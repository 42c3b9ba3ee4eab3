/** Continue: each model in its config.yaml has an address of its own, entered by hand. */
import type { Agent } from '../agent.ts';

export const continueAgent: Agent = {
  name: 'continue',
  title: 'Continue',
  wirings: () => [],
  features: [
    {
      name: 'models of Continue’s own account',
      isKept: false,
      how: 'they are behind its servers; use a key of your own',
    },
  ],
  way: {
    kind: 'held',
    advice: (url) => [
      'In ~/.continue/config.yaml, under the model that you use (also for its command line program cn):',
      `  provider: anthropic   apiBase: ${url}/v1`,
      `  provider: openai      apiBase: ${url}/v1`,
      `  provider: gemini      apiBase: ${url}/v1beta`,
    ],
  },
};
