/** goose: hosts without a path in the environment, which beat its own configuration. */
import { type Agent, wiredByVariables } from '../agent.ts';

export const goose: Agent = {
  name: 'goose',
  title: 'goose',
  wirings: (scene) =>
    wiredByVariables(scene, { ANTHROPIC_HOST: 'anthropic', OPENAI_HOST: 'openai', GOOGLE_HOST: 'gemini' }),
  features: [
    {
      name: 'logins of GitHub Copilot, ChatGPT and the clouds',
      isKept: false,
      how: 'those providers have fixed addresses: nothing passes Headroom',
    },
  ],
  way: {
    kind: 'launched',
    program: 'goose',
    settings: ({ url }) => ({ variables: { ANTHROPIC_HOST: url, OPENAI_HOST: url, GOOGLE_HOST: url } }),
  },
};
