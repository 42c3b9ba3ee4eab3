/** The tool that fetches originals, for loops that people write by hand: as each API wants it defined, and what it answers. */
import { asObject, type JsonObject, type JsonValue } from '../core/json/value.ts';
import { RETRIEVAL_TOOL } from '../retrieval/tool.ts';

const { name, description } = RETRIEVAL_TOOL;
const parameters = asObject(RETRIEVAL_TOOL.parameters);

/** The retrieval tool, as each API wants it defined, and its executor. */
export interface RetrieveTool {
  /** `headroom_retrieve`. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** JSON Schema of its input. */
  readonly parameters: JsonObject;
  /** An entry of `tools` in Anthropic's Messages. */
  readonly anthropic: { name: string; description: string; input_schema: { type: 'object'; properties: object } };
  /** An entry of `tools` in OpenAI's Chat Completions. */
  readonly openaiChat: { type: 'function'; function: { name: string; description: string; parameters: ToolSchema } };
  /** An entry of `tools` in OpenAI's Responses. */
  readonly openaiResponses: {
    type: 'function';
    name: string;
    description: string;
    parameters: ToolSchema;
    strict: false;
  };
  /** An entry of `functionDeclarations` in Gemini's tools. */
  readonly gemini: { name: string; description: string; parametersJsonSchema: ToolSchema };
  /** Answers a call: its input as the model gave it, parsed or as JSON text. What went wrong is said in the answer. */
  execute(input: unknown): Promise<string>;
}

/** JSON Schema, in a type that every vendor's library takes. */
// oxlint-disable-next-line typescript/no-explicit-any -- the libraries' own types of it exclude each other
export type ToolSchema = Record<string, any>;

export function retrieveToolWith(answer: (input: JsonValue) => Promise<string>): RetrieveTool {
  const schema = parameters as ToolSchema;
  return {
    name,
    description,
    parameters,
    anthropic: {
      name,
      description,
      input_schema: { type: 'object', properties: asObject(parameters['properties']) },
    },
    openaiChat: { type: 'function', function: { name, description, parameters: schema } },
    openaiResponses: { type: 'function', name, description, parameters: schema, strict: false },
    gemini: { name, description, parametersJsonSchema: schema },
    async execute(input) {
      try {
        return await answer(typeof input === 'string' ? parsed(input) : ((input ?? {}) as JsonValue));
      } catch (error) {
        return `headroom: the originals cannot be read now (${String(error)}). Run the tool again to get its output.`;
      }
    },
  };
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // A bare hash is as good.
    return { hash: text };
  }
}

/** Whether a request has this tool among its own, in whichever shape. */
export function hasRetrieveTool(request: JsonObject): boolean {
  return JSON.stringify(request['tools'] ?? []).includes(`"name":"${name}"`);
}
