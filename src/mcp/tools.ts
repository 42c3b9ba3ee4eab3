/** The three tools: what a client is told of them, and what a call gets. Their words are part of every prompt: short, constant. */
import { asObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import type { OneForm } from '../pipeline/one-result.ts';
import { answer, type Answered } from '../retrieval/answer.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';
import { shorten, type ToolHost } from './tool-host.ts';

export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject & { readonly type: 'object' };
  readonly annotations: { readonly title: string; readonly readOnlyHint: true; readonly openWorldHint: false };
}

interface CallableTool extends McpTool {
  call(input: JsonObject, host: ToolHost): Promise<ToolResult>;
}

/** A type and not an interface: the SDK's results are open records. */
export type ToolResult = {
  content: { type: 'text'; text: string }[];
  isError: boolean;
};

const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const;

export const RETRIEVE: CallableTool = {
  name: RETRIEVAL_TOOL.name,
  description: RETRIEVAL_TOOL.description,
  inputSchema: RETRIEVAL_TOOL.parameters as McpTool['inputSchema'],
  annotations: { title: 'Fetch the original of a shortened text', ...READ_ONLY },
  async call(input, host) {
    const { text, isError } = await answerFrom(input, host);
    return { content: [{ type: 'text', text }], isError };
  },
};

const COMPRESS: CallableTool = {
  name: 'headroom_compress',
  description:
    'Gives a long text (log, JSON, listing, search hits, diff, web page) back in a shorter form, to pass on or to keep. Where that form leaves something out it says so, and headroom_retrieve has the original.',
  inputSchema: {
    type: 'object',
    properties: {
      text: { type: 'string' },
      content: { type: 'string', description: 'the same as text' },
      tool: { type: 'string', description: 'name of the tool that the text is the output of' },
    },
  },
  annotations: { title: 'Shorten a text', ...READ_ONLY },
  async call(input, host) {
    const text = input['text'] ?? input['content'];
    if (typeof text !== 'string') return failed('headroom_compress needs a string in text, what to shorten');
    const tool = typeof input['tool'] === 'string' ? input['tool'] : undefined;
    const form = await shorten({ text, tool, canFetch: true }, host);
    return { content: [form.text, JSON.stringify(accountOf(form))].map(textBlock), isError: false };
  },
};

const STATS: CallableTool = {
  name: 'headroom_stats',
  description: 'Tells how many tokens Headroom has saved so far, and what it keeps.',
  inputSchema: { type: 'object', properties: {} },
  annotations: { title: 'Savings so far', ...READ_ONLY },
  async call(_input, host) {
    return { content: [textBlock(JSON.stringify(await host.stats(), undefined, 1))], isError: false };
  },
};

const TOOLS: readonly CallableTool[] = [COMPRESS, RETRIEVE, STATS];

/** As tools/list tells them. */
export const TOOL_LIST: readonly McpTool[] = TOOLS.map(listed);

export function listed({ name, description, inputSchema, annotations }: McpTool): McpTool {
  return { name, description, inputSchema, annotations };
}

/** Undefined when there is no such tool. Never rejects. */
export async function callTool(name: string, input: unknown, host: ToolHost): Promise<ToolResult | undefined> {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (!tool) return undefined;
  try {
    return await tool.call(asObject(input as JsonValue), host);
  } catch (error) {
    return failed(`${name} failed: ${(error as Error).message}`);
  }
}

function failed(reason: string): ToolResult {
  return { content: [textBlock(`headroom: ${reason}`)], isError: true };
}

function textBlock(text: string): { type: 'text'; text: string } {
  return { type: 'text', text };
}

/** The answer is made when the original is there: the first time round it only says which one it needs. */
async function answerFrom(input: JsonObject, host: ToolHost): Promise<Answered> {
  let wanted: string | undefined;
  const without = answer(input, (hash) => {
    wanted = hash;
    return undefined;
  });
  const original = wanted === undefined ? undefined : await host.find(wanted);
  return original === undefined ? without : answer(input, () => original);
}

/** Names that clients of other Headrooms know. */
function accountOf({ by, tokensBefore, tokensAfter, hash, reason }: OneForm): object {
  const saved = tokensBefore - tokensAfter;
  return {
    original_tokens: tokensBefore,
    compressed_tokens: tokensAfter,
    saved_tokens: saved,
    savings_percent: tokensBefore === 0 ? 0 : Math.round((1000 * saved) / tokensBefore) / 10,
    transforms: by,
    ...(hash !== undefined && { hash }),
    ...(reason !== '' && { note: `nothing saved: ${reason}` }),
  };
}
