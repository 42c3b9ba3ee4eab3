/** Whether a tool is Headroom's own, under the names that clients give to tools of an MCP server. */
export function isRetrievalTool(name: string): boolean {
  return /(?:^|[^a-z0-9])headroom_retrieve$|^mcp__.*headroom.*retrieve$/i.test(name);
}
