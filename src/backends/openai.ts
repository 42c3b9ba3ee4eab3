/** OpenAI's own API, and everything that nobody else claims: most other vendors speak it. Last in the list. */
import type { Backend } from '../core/backend.ts';

export const openai: Backend = {
  name: 'openai',
  defaultUrl: 'https://api.openai.com',
  ownPaths:
    /^(?:\/v1)*\/(?:chat|responses|completions|embeddings|audio|images|moderations|fine_tuning|assistants|threads|vector_stores|realtime|uploads|evals|conversations|containers|videos)(?:\/|$)/,
  claims: () => true,
};
