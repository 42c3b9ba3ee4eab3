/** Whether a tool is Headroom's own, under the names that clients give to tools of an MCP server. */
export function isRetrievalTool(name: string): boolean {
  return /^headroom_retrieve$|^mcp__.*headroom.*retrieve$|headroom.{1,3}headroom_retrieve$/i.test(name);
}
