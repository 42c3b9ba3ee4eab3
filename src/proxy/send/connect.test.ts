import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { call, serve, startTestProxy } from '../test-rig.fixture.ts';
import { connectorFor, proxyFor } from './connect.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

const ANTHROPIC = 'https://api.anthropic.com';

describe('the proxy of the machine', () => {
  it.each([
    ['none by default', ANTHROPIC, {}, undefined],
    ['for https', ANTHROPIC, { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['in lower case first', ANTHROPIC, { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' }, 'http://b/'],
    ['the general one, without scheme', ANTHROPIC, { HTTP_PROXY: 'p:8080' }, 'http://p:8080/'],
    ['not the one of https for http', 'http://gateway.lan', { HTTPS_PROXY: 'http://p' }, undefined],
    ['for http', 'http://gateway.lan', { http_proxy: 'http://p' }, 'http://p/'],
    ['never for loopback', 'http://localhost:11434', { HTTP_PROXY: 'http://p' }, undefined],
    ['never for loopback', 'http://[::1]:11434', { HTTP_PROXY: 'http://p' }, undefined],
    ['not for an exempt host', ANTHROPIC, { HTTPS_PROXY: 'http://p', NO_PROXY: 'x.com, api.anthropic.com' }, undefined],
    ['not for an exempt domain', ANTHROPIC, { HTTPS_PROXY: 'http://p', no_proxy: '.anthropic.com' }, undefined],
    ['not for an exempt domain', ANTHROPIC, { HTTPS_PROXY: 'http://p', NO_PROXY: '*.Anthropic.com:443' }, undefined],
    ['not for any host', ANTHROPIC, { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
    ['for another port', ANTHROPIC, { HTTPS_PROXY: 'http://p', NO_PROXY: 'anthropic.com:8443' }, 'http://p/'],
    ['for a name that only ends alike', ANTHROPIC, { HTTPS_PROXY: 'http://p', NO_PROXY: 'thropic.com' }, 'http://p/'],
  ])('%s: %s %j', (_name, upstream, environment, expected) => {
    expect(proxyFor(new URL(upstream), environment)?.href).toBe(expected);
  });

  it('is asked for a tunnel, with its own credentials and none of the request', async () => {
    const upstream = await serve((incoming, client) => {
      incoming.resume();
      client.end(incoming.headers.authorization);
    });
    const asked: { target: string | undefined; headers: object }[] = [];
    const tunnels = await serve(() => undefined);
    tunnels.server.on('connect', (incoming, socket) => {
      asked.push({ target: incoming.url, headers: incoming.headers });
      const through = net.connect(upstream.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      for (const end of [socket, through])
        end.on('error', () => undefined).on('close', () => (socket.destroy(), through.destroy()));
    });
    const environment = { HTTP_PROXY: `http://user:pa%20ss@127.0.0.1:${tunnels.port}` };
    const proxy = await startTestProxy('http://gateway.invalid:8080', {}, { environment });
    closing.push(proxy, tunnels, upstream);
    const reply = await call(proxy.port, { headers: ['Authorization', 'Bearer mine'], body: '{}' });
    expect([reply.status, reply.body.toString()]).toEqual([200, 'Bearer mine']);
    expect(asked.map(({ target }) => target)).toEqual(['gateway.invalid:8080']);
    expect(asked[0]!.headers).toMatchObject({
      'proxy-authorization': `Basic ${Buffer.from('user:pa ss').toString('base64')}`,
    });
    expect(asked[0]!.headers).not.toHaveProperty('authorization');
  });

  it('that refuses is named', async () => {
    const tunnels = await serve(() => undefined);
    tunnels.server.on('connect', (_incoming, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
    const environment = { HTTP_PROXY: `http://127.0.0.1:${tunnels.port}` };
    const proxy = await startTestProxy('http://gateway.invalid', {}, { environment });
    closing.push(proxy, tunnels);
    const reply = await call(proxy.port, { body: '{}' });
    expect(reply.status).toBe(502);
    expect(reply.body.toString()).toContain('HTTP proxy of this machine refused with status 407');
  });

  it('that does not answer is given up after the time for connecting', async () => {
    const silent = net.createServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as net.AddressInfo;
    const connect = connectorFor(new URL('http://gateway.invalid'), 200, { HTTP_PROXY: `http://127.0.0.1:${port}` });
    const error = await new Promise<Error | null>((resolve) =>
      connect({ hostname: 'gateway.invalid', host: 'gateway.invalid', protocol: 'http:', port: '' }, (...[trouble]) =>
        resolve(trouble),
      ),
    );
    expect(error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
    await new Promise((resolve) => silent.close(resolve));
  });
});
