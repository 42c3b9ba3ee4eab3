/** Anthropic's own API. */
import { type Backend, headerOf } from '../core/backend.ts';

export const anthropic: Backend = {
  name: 'anthropic',
  defaultUrl: 'https://api.anthropic.com',
  ownPaths:
    /^(?:\/v1)*\/(?:messages|complete|organizations|skills|environments|sessions|agents)(?:\/|$)|^\/api\/(?:hello|oauth|claude_)/,
  // Their library sends keys as Bearer since 1.0; the key's own beginning tells.
  claims: (headers) =>
    headerOf(headers, 'anthropic-version') !== undefined ||
    headerOf(headers, 'x-api-key') !== undefined ||
    /^bearer\s+sk-ant-/i.test(headerOf(headers, 'authorization') ?? ''),
};
