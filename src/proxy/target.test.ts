import { describe, expect, it } from 'vitest';
import { headerList } from './headers.ts';
import { tenantOf } from './session.ts';
import { joinPath, targetOf } from './target.ts';

describe('a request target', () => {
  it.each([
    ['/v1/messages?beta=true', '/v1/messages', '?beta=true'],
    ['/a?b?c', '/a', '?b?c'],
    ['/a?', '/a', '?'],
    ['//host.example/a', '//host.example/a', ''],
    ['http://host.example/a?b', '/a', '?b'],
    ['HTTPS://user@host.example:99/a', '/a', ''],
    ['http://host.example', '/', ''],
    ['http://host.example?q', '/', '?q'],
    ['*', '*', ''],
    ['', '/', ''],
  ])('%s is asked for as %s%s', (raw, path, query) => {
    expect(targetOf(raw)).toEqual({ path, query });
  });

  it.each([
    ['', '/v1/messages', '/v1/messages'],
    ['/v1', '/v1/messages', '/v1/messages'],
    ['/gate/v1', '/v1', '/gate/v1'],
    ['/gate', '/v1/messages', '/gate/v1/messages'],
    ['/v1', '/v1beta/models', '/v1/v1beta/models'],
    ['/v1beta', '/v1beta/models', '/v1beta/models'],
    ['/gate/v1beta', '/v1/models/g:generateContent', '/gate/v1/models/g:generateContent'],
    ['/v1alpha', '/v1beta1', '/v1beta1'],
    ['/v1beta', '/upload', '/v1beta/upload'],
    ['/api/v4', '/v1/messages', '/api/v4/v1/messages'],
  ])('behind the address path %s, %s becomes %s', (prefix, path, joined) => {
    expect(joinPath(prefix, path)).toBe(joined);
  });
});

describe('whose a request is', () => {
  const tenant = (headers: readonly string[], query = ''): string => tenantOf(headerList(headers), query);

  it('depends on the credentials and on nothing else', () => {
    const mine = tenant(['x-api-key', 'k', 'Authorization', 'Bearer t', 'user-agent', 'a', 'x-headroom-token', 'one']);
    expect(tenant(['authorization', 'Bearer t', 'X-API-Key', 'k', 'user-agent', 'b', 'x-headroom-token', 'two'])).toBe(
      mine,
    );
    expect(mine).toMatch(/^[0-9a-f]{24}$/);
  });

  it('differs for every credential and every place of it', () => {
    const all = [
      tenant([]),
      tenant(['authorization', 'k']),
      tenant(['x-api-key', 'k']),
      tenant(['x-goog-api-key', 'k']),
      tenant(['api-key', 'k']),
      tenant([], '?key=k'),
      tenant([], '?a=1&key=k2'),
      tenant(['authorization', 'k', 'x-api-key', 'k']),
      tenant(['authorization', '']),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(tenant([], '?monkey=k')).toBe(tenant([]));
  });
});
