/**
 * Simulated accounts at model providers: a request body and the time it arrives in, its usage by class out. Written from
 * the providers' rules alone, with nothing of Headroom's, so that Headroom's own account can be held against it.
 */
import type { Account, AccountOptions, Retention } from './account.ts';
import { anthropicAccount } from './anthropic-account.ts';
import { prefixAccount } from './prefix-account.ts';
import { chatTexts, geminiTexts, responsesTexts } from './prefix-texts.ts';
import { ratesOf } from './usage.ts';
import { o200kCount } from './wording.ts';

export type Api = 'anthropic-messages' | 'openai-chat' | 'openai-responses' | 'gemini';

const MINUTE = 60_000;
const OPENAI_RETENTION: Retention = { idleMs: 10 * MINUTE, oldestMs: 60 * MINUTE };
const GEMINI_RETENTION: Retention = { idleMs: 5 * MINUTE, oldestMs: 60 * MINUTE };
/** OpenAI reads in steps of so many tokens. */
const OPENAI_STEP = 128;

export function openAccount(api: Api, options: AccountOptions = {}): Account {
  const shared = { count: o200kCount(), ratesOf, readableAfterMs: 0, ...options };
  switch (api) {
    case 'anthropic-messages':
      return anthropicAccount(shared);
    case 'openai-chat':
      return prefixAccount({ retention: OPENAI_RETENTION, ...shared, step: OPENAI_STEP, textsOf: chatTexts });
    case 'openai-responses':
      return prefixAccount({ retention: OPENAI_RETENTION, ...shared, step: OPENAI_STEP, textsOf: responsesTexts });
    case 'gemini':
      return prefixAccount({ retention: GEMINI_RETENTION, ...shared, step: 1, textsOf: geminiTexts });
  }
}
