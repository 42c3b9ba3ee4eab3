/** Whose request it is: all that is kept is kept for one credential, and only its hash is ever kept. */
import { type HeaderList, headerOf } from './backend.ts';
import { hashOf } from './hash.ts';

const CREDENTIALS = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'] as const;

/** @param query as it stands in the target, question mark included. */
export function tenantOf(headers: HeaderList, query: string): string {
  const shown: [string, string][] = [];
  for (const name of CREDENTIALS) {
    const value = headerOf(headers, name);
    if (value !== undefined) shown.push([name, value]);
  }
  const key = /[?&]key=([^&]*)/.exec(query)?.[1];
  if (key !== undefined) shown.push(['key', key]);
  return hashOf(shown.length === 0 ? 'anonymous' : JSON.stringify(shown));
}
