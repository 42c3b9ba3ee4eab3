/** The MCP server over any transport. */
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import type { ToolHost } from './tool-host.ts';
import { callTool, TOOL_LIST } from './tools.ts';

export function mcpServer(host: ToolHost, version: string): Server {
  const server = new Server({ name: 'headroom', version }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [...TOOL_LIST] }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    const result = await callTool(params.name, params.arguments, host);
    if (!result) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `headroom has no tool ${params.name}`);
    return result;
  });
  return server;
}
