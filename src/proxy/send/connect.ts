/**
 * Connections to an upstream: straight, or through the tunnel of the machine's HTTP proxy (HTTPS_PROXY, HTTP_PROXY,
 * NO_PROXY). Never to loopback through a proxy. HTTP/1.1 only: it keeps the case and order of headers.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { isLoopback } from '../guard.ts';

export type Connect = buildConnector.connector;

/** What the variables of the machine say. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function connectorFor(upstream: URL, timeoutMs: number, environment: Environment): Connect {
  const straight = buildConnector({ timeout: timeoutMs, allowH2: false });
  const proxy = proxyFor(upstream, environment);
  return proxy ? throughProxy(proxy, straight, timeoutMs) : straight;
}

/** For requests of Node's own, outside the pool. */
export function connectionTo({ url, connect }: Where): NonNullable<http.ClientRequestArgs['createConnection']> {
  const { hostname, host, protocol, port } = url;
  return (_options, done) => {
    connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (error, socket) =>
      done(error, socket as Socket),
    );
    return undefined;
  };
}

interface Where {
  readonly url: URL;
  readonly connect: Connect;
}

/** The proxy that requests to this upstream have to take, if any. */
export function proxyFor(upstream: URL, environment: Environment): URL | undefined {
  const host = upstream.hostname.toLowerCase();
  if (isLoopback(host)) return undefined;
  const read = (name: string): string => environment[name.toLowerCase()] || environment[name] || '';
  const address = (upstream.protocol === 'https:' && read('HTTPS_PROXY')) || read('HTTP_PROXY');
  if (address === '' || isExempt(host, upstream, read('NO_PROXY'))) return undefined;
  return URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`) ?? undefined;
}

function isExempt(host: string, { port, protocol }: URL, list: string): boolean {
  const actualPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === '' || (only !== undefined && only !== actualPort)) return false;
    const suffix = name.replace(/^\*?\./, '');
    return name === '*' || host === suffix || host.endsWith(`.${suffix}`);
  });
}

function throughProxy(proxy: URL, straight: Connect, timeoutMs: number): Connect {
  return (options, callback) => {
    const port = options.port || (options.protocol === 'https:' ? '443' : '80');
    const request = tunnelRequest(proxy, `${options.hostname}:${port}`, timeoutMs);
    let isSettled = false;
    const fail = (error: Error): void => {
      if (!isSettled) callback(error, null);
      isSettled = true;
      request.destroy();
    };
    request.on('error', fail);
    request.on('timeout', () => fail(Object.assign(new Error('timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' })));
    request.on('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return fail(refusal(statusCode));
      }
      isSettled = true;
      socket.setTimeout(0);
      if (options.protocol === 'https:') straight({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
    });
    request.end();
  };
}

function tunnelRequest(proxy: URL, authority: string, timeoutMs: number): http.ClientRequest {
  return (proxy.protocol === 'https:' ? https : http).request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...credentialsOf(proxy) },
    agent: false,
    timeout: timeoutMs,
  });
}

function refusal(status: number | undefined): Error {
  return new Error(`the HTTP proxy of this machine refused with status ${status}`);
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(plain).toString('base64')}` };
}
