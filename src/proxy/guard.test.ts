import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerList } from './headers.ts';
import { admit, admitToOwnPages, isLoopback } from './guard.ts';
import type { RunningProxy } from './server.ts';
import { call, startTestProxy, startUpstream, type TestUpstream, valuesOf } from './test-rig.fixture.ts';

describe('R-53: our own pages', () => {
  const bound: readonly (readonly [isAdmitted: boolean, boundTo: string, headers: readonly string[]])[] = [
    [true, '127.0.0.1', ['Host', '127.0.0.1:8787']],
    [true, '127.0.0.1', ['Host', 'LOCALHOST']],
    [true, '127.0.0.1', ['Host', 'localhost:1']],
    [true, '::1', ['Host', '[::1]:8787']],
    [true, '127.0.0.1', ['Host', 'localhost:8787', 'Origin', 'http://localhost:8787']],
    [true, '127.0.0.1', ['Host', 'localhost:8787', 'Sec-Fetch-Site', 'same-origin']],
    [true, '127.0.0.1', ['Host', 'localhost:8787', 'Sec-Fetch-Site', 'none']],
    [true, '192.168.0.7', ['Host', '192.168.0.7:8787']],
    [true, 'box.lan', ['Host', 'BOX.lan:8787']],
    [true, 'fd00::1', ['Host', '[fd00::1]:8787']],
    [true, '0.0.0.0', ['Host', 'box.lan']],
    [false, '127.0.0.1', []],
    [false, '127.0.0.1', ['Host', '']],
    [false, '127.0.0.1', ['Host', 'rebound.example']],
    [false, '127.0.0.1', ['Host', '127.0.0.1.rebound.example:8787']],
    [false, '127.0.0.1', ['Host', 'localhost.rebound.example']],
    [false, '127.0.0.1', ['Host', '[::ffff:127.0.0.1]:8787']],
    [false, '127.0.0.1', ['Host', 'box.lan']],
    [false, 'box.lan', ['Host', 'other.lan']],
    [false, '127.0.0.1', ['Host', 'localhost:8787', 'Origin', 'null']],
    [false, '127.0.0.1', ['Host', 'localhost:8787', 'Origin', '']],
    [false, '127.0.0.1', ['Host', 'localhost:8787', 'Origin', 'https://page.example']],
    [false, '127.0.0.1', ['Host', 'localhost:8787', 'Origin', 'http://localhost:3000']],
    [false, '127.0.0.1', ['Host', 'localhost:8787', 'Sec-Fetch-Site', 'Cross-Site']],
    [false, '0.0.0.0', ['Host', 'box.lan', 'Origin', 'http://page.example']],
  ];
  it.each(bound)('admits %s when bound to %s and asked with %j', (isAdmitted, host, headers) => {
    const ask = (): void => admitToOwnPages(headerList(headers), { host, token: undefined });
    if (isAdmitted) expect(ask).not.toThrow();
    else expect(ask).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it.each([
    [true, 'localhost'],
    [true, '127.0.0.1'],
    [true, '127.8.9.10'],
    [true, '::1'],
    [false, '0.0.0.0'],
    [false, '::'],
    [false, '10.0.0.1'],
    [false, 'localhost.example'],
    [false, ''],
  ])('%s: %s is this machine alone', (is, host) => {
    expect(isLoopback(host)).toBe(is);
  });

  it('wants the token only from other machines, and all of it', () => {
    const open = { host: '0.0.0.0', token: 'secret-token' };
    expect(() => admit(headerList(['X-Headroom-Token', 'secret-token']), open)).not.toThrow();
    for (const wrong of ['', 'secret', 'secret-token ', 'SECRET-TOKEN']) {
      expect(() => admit(headerList(['x-headroom-token', wrong]), open)).toThrow(
        expect.objectContaining({ code: 'UNAUTHORIZED' }),
      );
    }
    expect(() => admit([], { host: '0.0.0.0', token: undefined })).toThrow();
    expect(() => admit([], { host: '127.0.0.1', token: 'secret-token' })).not.toThrow();
  });
});

describe('a proxy that is open to other machines', () => {
  let upstream: TestUpstream;
  let proxy: RunningProxy;
  beforeAll(async () => {
    upstream = await startUpstream();
    proxy = await startTestProxy(upstream.url, { host: '0.0.0.0', token: 'secret-token' });
  });
  afterAll(async () => {
    await proxy.close();
    await upstream.close();
  });

  it.each(['/livez', '/health', '/stats', '/v1/retrieve/0123456789abcdef01234567', '/v1/messages', '/v1/models'])(
    'shows nothing at %s without the token',
    async (path) => {
      const method = path === '/v1/messages' ? 'POST' : 'GET';
      expect((await call(proxy.port, { method, path })).status).toBe(401);
      expect((await call(proxy.port, { method, path, headers: ['x-headroom-token', 'wrong-token'] })).status).toBe(401);
      expect(upstream.received).toEqual([]);
    },
  );

  it('takes it as a bearer token at its own pages, never where that is for the provider', async () => {
    const headers = ['Authorization', 'Bearer secret-token'];
    expect((await call(proxy.port, { method: 'GET', path: '/health', headers })).status).toBe(200);
    expect((await call(proxy.port, { headers, body: '{}' })).status).toBe(401);
    expect((await call(proxy.port, { method: 'GET', path: '/v1/models', headers })).status).toBe(401);
    const wrong = ['Authorization', 'Bearer wrong-token'];
    expect((await call(proxy.port, { method: 'GET', path: '/health', headers: wrong })).status).toBe(401);
    expect(upstream.received).toEqual([]);
  });

  it('answers and forwards with it, and keeps it to itself', async () => {
    const headers = ['X-Headroom-Token', 'secret-token'];
    expect((await call(proxy.port, { method: 'GET', path: '/health', headers })).status).toBe(200);
    expect((await call(proxy.port, { headers, body: '{}' })).status).toBe(200);
    expect(valuesOf(upstream.received[0]!.raw, 'x-headroom-token')).toEqual([]);
  });
});
