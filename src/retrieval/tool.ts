/**
 * The tool that gives a model the originals of what it read as views. It is part of every prompt: its bytes are constant
 * and as few as say enough. What the markers in the texts say is not said here again.
 */
import type { Tool } from '../core/conversation.ts';

const TEXT = { type: 'string' } as const;

export const RETRIEVAL_TOOL: Tool = {
  name: 'headroom_retrieve',
  description: 'Original of a shortened result or lines 5-9',
  parameters: {
    type: 'object',
    properties: { hash: TEXT, query: TEXT, lines: TEXT, rows: TEXT, path: TEXT, limit: { type: 'integer' } },
  },
};
