/** Aider: its client library reads the addresses from the environment. */
import { type Agent, splitAddress, wiredByVariables } from '../agent.ts';

export const aider: Agent = {
  name: 'aider',
  title: 'Aider',
  wirings: (scene) =>
    wiredByVariables(scene, {
      OPENAI_API_BASE: 'openai',
      ANTHROPIC_API_BASE: 'anthropic',
      ANTHROPIC_BASE_URL: 'anthropic',
    }),
  features: [
    { name: 'prompt caching of the repository map', isKept: true, how: 'its marks pass as they are' },
    {
      name: 'savings',
      isKept: false,
      how: 'it edits by text and calls no tools: little of what it sends is a tool result',
    },
  ],
  way: {
    kind: 'launched',
    program: 'aider',
    settings: ({ url }, { environment }) => ({
      variables: {
        OPENAI_API_BASE: url + splitAddress(environment['OPENAI_API_BASE']).path,
        ANTHROPIC_API_BASE: url,
        ANTHROPIC_BASE_URL: url,
      },
    }),
  },
};
