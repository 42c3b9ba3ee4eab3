/** An agent whose tools come from an MCP server: `headroom mcp wrap` before the server, and nothing else changes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import OpenAI from 'openai';
import { databaseQuery } from '../bench/recipes/incident-tools.ts';
import { chance } from '../bench/recipes/random.ts';
import { compare } from './stage/compare.ts';

interface Customer {
  readonly user_id: string;
  readonly last_login: string;
  readonly total_revenue: number;
}

const { rows } = databaseQuery(200, chance(0)) as { rows: readonly Customer[] };
const richest = rows.toSorted((a, b) => b.total_revenue - a.total_revenue)[0]!;
const asked = rows[123]!;
const server = [process.execPath, join(import.meta.dirname, 'stage/customers-server.ts')];
const wrap = [process.execPath, join(import.meta.dirname, '../bin/headroom.js'), 'mcp', 'wrap', '--'];

async function run(client: Client, openai: OpenAI, model: string, content: string): Promise<string> {
  const { tools } = await client.listTools();
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content }];
  for (;;) {
    const { choices } = await openai.chat.completions.create({
      model,
      messages,
      tools: tools.map(({ name, description, inputSchema: parameters }) => {
        return { type: 'function', function: { name, description: description ?? '', parameters } };
      }),
    });
    const { message } = choices[0]!;
    messages.push(message);
    if (!message.tool_calls) return message.content ?? '';
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue;
      const input = JSON.parse(call.function.arguments) as Record<string, unknown>;
      const result = await client.callTool({ name: call.function.name, arguments: input });
      const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
      messages.push({ role: 'tool', tool_call_id: call.id, content: text });
    }
  }
}

await compare({
  api: 'openai',
  question: `Who are our customers? Say the largest revenue, whose it is, and when ${asked.user_id} last logged in.`,
  tools: [
    {
      name: 'list_customers',
      facts: [String(richest.total_revenue), richest.user_id, asked.last_login],
      query: asked.user_id,
    },
  ],
  async ask({ question, baseURL, apiKey, model, hasHeadroom }) {
    const home = await mkdtemp(join(tmpdir(), 'headroom-example-'));
    const [command = '', ...args] = hasHeadroom ? [...wrap, ...server] : server;
    const env = { PATH: process.env['PATH'] ?? '', HEADROOM_HOME: home };
    const client = new Client({ name: 'example', version: '1.0.0' });
    await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
    try {
      return await run(client, new OpenAI({ baseURL, apiKey }), model, question);
    } finally {
      await client.close();
      await rm(home, { recursive: true });
    }
  },
});
