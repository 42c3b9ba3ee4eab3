/** Somebody's MCP server: one tool, which lists customers. It knows nothing of Headroom. */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { databaseQuery } from '../../bench/recipes/incident-tools.ts';
import { chance } from '../../bench/recipes/random.ts';
import { indented } from '../../bench/recipes/spelling.ts';

serveStdio(() => {
  const server = new McpServer({ name: 'customers', version: '1.0.0' });
  server.registerTool('list_customers', { description: 'Lists all customers.' }, () => ({
    content: [{ type: 'text', text: indented(databaseQuery(200, chance(0))) }],
  }));
  return server;
});
