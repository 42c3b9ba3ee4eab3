/** A small MCP server to wrap: `node scripted-server.fixture.ts [own-tool]`. With `own-tool` it has a headroom_retrieve itself. */
import {
  type CallToolResult,
  ProtocolError,
  Server,
  type ServerContext,
  type TextContent,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

export const ROWS: string = JSON.stringify(
  Array.from({ length: 300 }, (_, id) => ({
    id,
    name: `user ${(id * 7919) % 1000}`,
    score: (id * id * 31) % 977,
    city: ['Rome', 'Oslo', 'Lima'][(id * id) % 3],
  })),
);
export const FAILURE: string = Array.from(
  { length: 200 },
  (_, line) => `2026-01-01T00:00:${String(line % 60).padStart(2, '0')}Z INFO worker ${line % 7} polls queue ${line}`,
)
  .concat('Error: the queue is gone')
  .join('\n');

const text = (said: string): TextContent => ({ type: 'text', text: said });

type Act = (context: ServerContext) => CallToolResult | Promise<CallToolResult>;

const TOOLS: Readonly<Record<string, Act>> = {
  rows: () => ({ content: [text(ROWS)] }),
  mixed: () => ({
    content: [
      text('short'),
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
      { ...text(ROWS), annotations: { audience: ['user'] } },
      text(ROWS),
      { type: 'resource', resource: { uri: 'x://rows', text: ROWS } },
    ],
    structuredContent: { rows: JSON.parse(ROWS) as unknown },
    _meta: { 'x/y': 1 },
  }),
  fail: () => ({ content: [text(FAILURE)], isError: true }),
  throw: () => {
    throw new ProtocolError(-32_050, 'out of order', { shelf: 3 });
  },
  slow: async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken ?? 'none';
    for (const progress of [1, 2, 3])
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
    await new Promise<void>((resolve) => mcpReq.signal.addEventListener('abort', () => resolve()));
    process.stderr.write('slow was cancelled\n');
    return { content: [] };
  },
  grow: async ({ mcpReq }) => {
    await mcpReq.notify({ method: 'notifications/tools/list_changed' });
    return { content: [text('ok')] };
  },
  die: () => process.exit(3),
};

function server(hasOwnTool: boolean): Server {
  const own: Act = () => ({ content: [text(`my own ${ROWS}`)] });
  const tools: Readonly<Record<string, Act>> = hasOwnTool ? { ...TOOLS, headroom_retrieve: own } : TOOLS;
  const [first, ...others] = Object.keys(tools).map((name) => ({
    name,
    description: `tool ${name}`,
    inputSchema: { type: 'object' as const },
  }));
  const made = new Server(
    { name: 'scripted', version: '1.2.3' },
    {
      capabilities: { tools: { listChanged: true }, resources: {}, prompts: {} },
      instructions: 'Ask for rows.',
    },
  );
  made.setRequestHandler('tools/list', ({ params }) =>
    params?.cursor === 'others' ? { tools: others } : { tools: [first!], nextCursor: 'others' },
  );
  made.setRequestHandler('tools/call', ({ params: { name } }, context) => {
    const act = tools[name];
    if (!act) throw new ProtocolError(-32_602, `no tool ${name}`);
    return act(context);
  });
  made.setRequestHandler('resources/list', () => ({ resources: [{ uri: 'file:///notes.txt', name: 'notes' }] }));
  made.setRequestHandler('resources/read', ({ params: { uri } }) => ({ contents: [{ uri, text: ROWS }] }));
  made.setRequestHandler('prompts/list', () => ({ prompts: [{ name: 'greet', description: 'greets' }] }));
  made.setRequestHandler('prompts/get', () => ({ messages: [{ role: 'user', content: text(ROWS) }] }));
  return made;
}

if (process.argv[1] === import.meta.filename) {
  process.stderr.write('scripted server is up\n');
  process.stdout.write('not a message\n');
  serveStdio(() => server(process.argv.includes('own-tool')));
}
