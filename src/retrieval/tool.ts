/** The tool that gives a model the originals of what it read as views. Its bytes are part of every prompt: constant. */
import type { Tool } from '../core/conversation.ts';

export const RETRIEVAL_TOOL: Tool = {
  name: 'headroom_retrieve',
  description:
    'Returns the original of a tool result that was shortened. A shortened result is intact in storage and ends in ' +
    '"headroom_retrieve hash=...". Call this with that hash whenever the shortened text lacks a detail you need. ' +
    'Without other arguments you get the beginning; narrow down with query, lines, rows or path.',
  parameters: {
    type: 'object',
    properties: {
      hash: { type: 'string', description: 'The 24 hex digits after hash=' },
      query: { type: 'string', description: 'Words or an exact string to find; the best places come with context' },
      lines: { type: 'string', description: 'Lines of the original by number, from 1: "120" or "120-180"' },
      rows: { type: 'string', description: 'Rows of a JSON list by number, from 1: "7" or "7-20"' },
      path: { type: 'string', description: 'A place in a JSON original: "items[3].user.name"' },
      limit: { type: 'integer', description: 'Most lines or rows to return' },
    },
    required: ['hash'],
  },
};
