import { describe, expect, it } from 'vitest';
import { backends } from './index.ts';

function backendOf(target: string, headers: readonly (readonly [string, string])[] = []): string | undefined {
  const path = target.split('?')[0]!;
  const found =
    backends.find(({ ownPaths }) => ownPaths.test(path)) ?? backends.find((backend) => backend.claims(headers, target));
  return found?.name;
}

describe('backends', () => {
  it.each([
    ['/v1/messages', 'anthropic'],
    ['/messages', 'anthropic'],
    ['/v1/messages/batches/b1/results', 'anthropic'],
    ['/v1/complete', 'anthropic'],
    ['/api/hello', 'anthropic'],
    ['/v1/chat/completions', 'openai'],
    ['/chat/completions', 'openai'],
    ['/v1/completions', 'openai'],
    ['/v1/responses/r1/input_items', 'openai'],
    ['/v1/audio/speech', 'openai'],
    ['/v1beta/models/g:streamGenerateContent', 'gemini'],
    ['/v1/models/g:generateContent', 'gemini'],
    ['/v1alpha/x', 'gemini'],
    ['/v1/projects/p/locations/l/publishers/google/models/g:generateContent', 'gemini'],
    ['/v1/projects/p/locations/l/cachedContents', 'gemini'],
    ['/v1internal:loadCodeAssist', 'gemini'],
    ['/v1beta/openai/models', 'gemini'],
    ['/v1/models', 'openai'],
    ['/v1/messagesque', 'openai'],
    ['/', 'openai'],
  ])('%s without a credential goes to %s', (path, name) => {
    expect(backendOf(path)).toBe(name);
  });

  it.each([
    ['anthropic-version', '2023-06-01', 'anthropic'],
    ['X-API-Key', 'k', 'anthropic'],
    ['Authorization', 'Bearer sk-ant-oat01-x', 'anthropic'],
    ['Authorization', 'bearer sk-ant-api03-x', 'anthropic'],
    ['Authorization', 'Bearer sk-proj-x', 'openai'],
    ['x-goog-api-key', 'k', 'gemini'],
  ])('a shared path with %s: %s goes to %s', (header, value, name) => {
    for (const path of ['/v1/models', '/v1/files/f1', '/v1/batches?limit=1'])
      expect(backendOf(path, [[header, value]])).toBe(name);
  });

  it('a shared path with a key in its query goes to gemini', () => {
    expect(backendOf('/v1/models?pageSize=1&key=k')).toBe('gemini');
    expect(backendOf('/v1/models?monkey=k')).toBe('openai');
  });

  it('each has a name of its own and an address without a path', () => {
    expect(new Set(backends.map(({ name }) => name)).size).toBe(backends.length);
    for (const { defaultUrl } of backends)
      expect(new URL(defaultUrl)).toMatchObject({ protocol: 'https:', pathname: '/' });
  });
});
