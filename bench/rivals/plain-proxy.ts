/** The least that a proxy can do in Node: receive, send on, pipe back. What Headroom costs is weighed against it. */
import http from 'node:http';

const upstream = new URL(process.argv[2]!);
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((incoming, outgoing) => {
  if (incoming.url === '/livez') return void outgoing.end('ok');
  const { method, url: path, headers } = incoming;
  const request = http.request({ host: upstream.hostname, port: upstream.port, method, path, headers, agent });
  request.on('response', (response) => {
    outgoing.writeHead(response.statusCode!, response.headers);
    response.pipe(outgoing);
  });
  request.on('error', () => outgoing.destroy());
  incoming.pipe(request);
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }));
process.on('SIGTERM', () => process.exit(0));
