/** The tool that gives a model the originals of what it read as views. Its bytes are part of every prompt: constant. */
import type { Tool } from '../core/conversation.ts';

export const RETRIEVAL_TOOL: Tool = {
  name: 'headroom_retrieve',
  description:
    'Gets the intact original of a shortened tool result (it ends in "headroom_retrieve hash=..."), when a detail is missing there: whole, or narrowed by one of query, lines, rows, path.',
  parameters: {
    type: 'object',
    properties: {
      hash: { type: 'string' },
      query: { type: 'string', description: 'words or exact text to find' },
      lines: { type: 'string', description: 'e.g. 120-180' },
      rows: { type: 'string', description: 'of a JSON list, e.g. 7-20' },
      path: { type: 'string', description: 'in JSON, e.g. items[3].name' },
      limit: { type: 'integer' },
    },
    required: ['hash'],
  },
};
