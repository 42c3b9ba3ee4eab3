/**
 * The port that an agent talks to: it belongs to the session, so it answers for as long as the agent lives. Requests go to
 * the proxy as they come; once that is gone they go to the provider, those that were not answered yet among them.
 */
import http, { type ClientRequest, type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Destination {
  requestFor(incoming: IncomingMessage): RequestOptions;
}

/** A proxy on this machine. */
export function proxyAt(url: string): Destination {
  const { hostname, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true });
  return { requestFor: ({ url: path, rawHeaders }) => ({ hostname, port, path, headers: rawHeaders, agent }) };
}

export interface Ways {
  /** Undefined where there is no proxy from the beginning. */
  readonly proxy: Destination | undefined;
  /** Whether the proxy still answers: asked when a request to it has failed. */
  isProxyAlive(): Promise<boolean>;
  readonly direct: () => Promise<Destination>;
  /** Called once, when the proxy turns out to be gone. */
  readonly gone: () => void;
}

export interface Door {
  readonly url: string;
  /** From now on new requests go direct; the proxy still answers those that it has. */
  goDirect(): void;
  /** It answers none any more: those that wait are sent again. */
  rescue(): void;
  close(): void;
}

/** Of one request, kept until its answer begins, so that it can be sent once more. */
const MAX_KEPT_BYTES = 64 * 1_048_576;
const MAX_HEADER_BYTES = 64 * 1024;

/** @param port 0 for any that is free. @throws when it is taken. */
export async function openDoor(port: number, ways: Ways): Promise<Door> {
  const junction = new Junction(ways);
  const server = http.createServer(
    { requestTimeout: 0, headersTimeout: 90_000, maxHeaderSize: MAX_HEADER_BYTES, noDelay: true },
    (incoming, client) => new Passage(incoming, client, junction).begin(),
  );
  server.keepAliveTimeout = 75_000;
  server.on('upgrade', (incoming, socket, head) => void tunnel({ incoming, socket, head }, junction));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goDirect: () => junction.leaveProxy(),
    rescue: () => junction.rescue(),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

class Junction {
  readonly #ways: Ways;
  /** Not answered yet by the proxy. */
  readonly waiting = new Set<Passage>();
  #direct: Promise<Destination> | undefined;

  constructor(ways: Ways) {
    this.#ways = ways;
    if (!ways.proxy) this.#direct = ways.direct();
  }

  get isDirect(): boolean {
    return this.#direct !== undefined;
  }

  async destination(): Promise<Destination> {
    return this.#direct ?? this.#ways.proxy!;
  }

  leaveProxy(): void {
    if (this.#direct) return;
    this.#direct = this.#ways.direct();
    this.#ways.gone();
  }

  rescue(): void {
    this.leaveProxy();
    for (const passage of this.waiting) passage.again();
  }

  /** After a failure at the proxy: leaves it when it is gone. */
  async check(): Promise<void> {
    if (!this.isDirect && !(await this.#ways.isProxyAlive())) this.leaveProxy();
  }
}

class Passage {
  readonly #incoming: IncomingMessage;
  readonly #client: ServerResponse;
  readonly #junction: Junction;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #isWhole = false;
  #attempts = 0;
  #outgoing: ClientRequest | undefined;

  constructor(incoming: IncomingMessage, client: ServerResponse, junction: Junction) {
    this.#incoming = incoming;
    this.#client = client;
    this.#junction = junction;
  }

  begin(): void {
    this.#incoming.on('data', (chunk: Buffer) => this.#take(chunk)).on('end', () => this.#finish());
    this.#client.on('close', () => {
      this.#kept = undefined;
      this.#junction.waiting.delete(this);
      this.#outgoing?.destroy();
    });
    this.again();
  }

  /** Sends it, or sends it once more: to where requests go now. */
  again(): void {
    if (!this.#kept || this.#client.destroyed) return void this.#client.destroy();
    const former = this.#outgoing;
    this.#outgoing = undefined;
    former?.destroy();
    this.#attempts += 1;
    this.#junction.destination().then(
      (destination) => this.#send(destination),
      (error: Error) => this.#fail(error),
    );
  }

  #take(chunk: Buffer): void {
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > MAX_KEPT_BYTES) this.#kept = undefined;
    this.#kept?.push(chunk);
    if (this.#outgoing?.write(chunk) === false) this.#incoming.pause();
  }

  #finish(): void {
    this.#isWhole = true;
    this.#outgoing?.end();
  }

  #send(destination: Destination): void {
    if (this.#client.destroyed) return;
    const isDirect = this.#junction.isDirect;
    const outgoing = http.request({ ...destination.requestFor(this.#incoming), method: this.#incoming.method! });
    this.#outgoing = outgoing;
    if (!isDirect) this.#junction.waiting.add(this);
    outgoing.on('drain', () => this.#incoming.resume());
    outgoing.on('response', (response) => this.#answer(response));
    outgoing.on('error', (error) => this.#outgoing === outgoing && this.#missed(error, isDirect));
    for (const chunk of this.#kept ?? []) outgoing.write(chunk);
    if (this.#isWhole) outgoing.end();
    this.#incoming.resume();
  }

  #answer(response: IncomingMessage): void {
    this.#kept = undefined;
    this.#junction.waiting.delete(this);
    const client = this.#client;
    client.sendDate = false;
    client.writeHead(response.statusCode!, response.statusMessage, response.rawHeaders);
    client.flushHeaders();
    response.pipe(client);
    // A clean end would pass for a whole answer.
    response.on('error', () => client.destroy()).on('close', () => response.complete || client.destroy());
  }

  #missed(error: Error, wasDirect: boolean): void {
    this.#junction.waiting.delete(this);
    if (!this.#kept || this.#client.destroyed) return void this.#client.destroy();
    // A kept-alive connection may have been closed under the request: that is no failure of the other side.
    const isLast = this.#attempts >= 3 || (wasDirect && !this.#outgoing?.reusedSocket);
    if (isLast) return this.#fail(error);
    void this.#junction.check().then(() => this.again());
  }

  #fail(error: Error & { code?: string }): void {
    if (this.#client.headersSent) return void this.#client.destroy();
    this.#client.writeHead(502, { 'content-type': 'application/json' });
    this.#client.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message: unreachable(error) } }));
  }
}

function unreachable({ code, message }: Error & { code?: string }): string {
  return `headroom wrap: the provider cannot be reached (${code ?? message}); headroom doctor says why`;
}

interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** A WebSocket: its handshake goes on as it came, and then bytes pass both ways. Clients open another one when it breaks. */
async function tunnel({ incoming, socket, head }: Upgrade, junction: Junction): Promise<void> {
  socket.on('error', () => socket.destroy());
  const wasDirect = junction.isDirect;
  const request = http.request({ ...(await junction.destination()).requestFor(incoming), method: incoming.method! });
  socket.on('close', () => request.destroy());
  request.on('upgrade', (response, upstream, rest) => {
    socket.write(headOf(response));
    socket.write(rest);
    upstream.write(head);
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
  request.on('response', (response) => {
    socket.write(headOf(response, 'Connection: close\r\n'));
    response.pipe(socket);
  });
  request.on('error', () => {
    if (wasDirect || socket.destroyed) return void socket.destroy();
    void junction.check().then(() => {
      if (junction.isDirect) void tunnel({ incoming, socket, head }, junction);
      else socket.destroy();
    });
  });
  request.end();
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage, further = ''): Buffer {
  let text = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const isFraming = further !== '' && /^(?:connection|keep-alive|transfer-encoding)$/i.test(rawHeaders[index]!);
    if (!isFraming) text += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  }
  return Buffer.from(`${text}${further}\r\n`, 'latin1');
}
