/** One frozen piece of agent work as whole conversations, in the words of each API, turn by turn as clients send them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Step {
  readonly tool: string;
  readonly input: object;
  readonly result: string;
  readonly isError?: boolean;
}

export interface Conversation {
  readonly path: string;
  /** The request of each turn: every one holds all messages before it. */
  readonly turns: readonly object[];
}

const STEPS: readonly Step[] = readFileSync(join(import.meta.dirname, 'frozen-steps.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Step);

const TOOLS = ['Bash', 'Read', 'Grep', 'WebFetch'];
const PARAMETERS = { type: 'object', properties: { command: { type: 'string' } } };
const TASK = 'Find out why refund 4711 failed, and fix the rounding of fees.';
const SYSTEM = 'You are a careful software engineer.';

/** Every third turn thinks and signs. */
export function anthropicConversation(steps: readonly Step[] = STEPS): Conversation {
  const messages: object[] = [{ role: 'user', content: TASK }];
  const turns: object[] = [];
  steps.forEach(({ tool, input, result, isError }, index) => {
    turns.push(anthropicBody(messages));
    const id = `toolu_${String(index).padStart(4, '0')}`;
    const thinking = { type: 'thinking', thinking: `step ${index}`, signature: `c2lnbmVk${index}==` };
    messages.push({
      role: 'assistant',
      content: [...(index % 3 === 2 ? [thinking] : []), { type: 'tool_use', id, name: tool, input }],
    });
    const content = index % 2 === 0 ? result : [{ type: 'text', text: result }];
    messages.push({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: id, content, ...(isError && { is_error: true }) },
        { type: 'text', text: `<system-reminder>step ${index}</system-reminder>` },
      ],
    });
  });
  turns.push(anthropicBody(messages));
  return { path: '/v1/messages', turns };
}

/** With marks on the newest two user messages, which moves them on every turn. */
export function anthropicBody(messages: readonly object[]): object {
  const users = messages.flatMap((message, index) => ((message as { role: string }).role === 'user' ? [index] : []));
  return {
    model: 'claude-opus-5-5',
    max_tokens: 64,
    system: [{ type: 'text', text: SYSTEM, cache_control: { type: 'ephemeral', ttl: '1h' } }],
    tools: TOOLS.map((name) => ({ name, description: name, input_schema: PARAMETERS })),
    messages: messages.map((message, index) => (users.slice(-2).includes(index) ? marked(message) : message)),
  };
}

function marked(message: object): object {
  const { content } = message as { content: unknown };
  const blocks = Array.isArray(content) ? (content as object[]) : [{ type: 'text', text: content }];
  return { ...message, content: [...blocks.slice(0, -1), { ...blocks.at(-1), cache_control: { type: 'ephemeral' } }] };
}

export function chatConversation(steps: readonly Step[] = STEPS): Conversation {
  const messages: object[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: TASK },
  ];
  const turns: object[] = [];
  steps.forEach(({ tool, input, result }, index) => {
    turns.push(chatBody(messages));
    const id = `call_${String(index).padStart(4, '0')}`;
    const call = { id, type: 'function', function: { name: tool, arguments: JSON.stringify(input) } };
    messages.push({ role: 'assistant', content: null, tool_calls: [call] });
    messages.push({
      role: 'tool',
      tool_call_id: id,
      content: index % 2 === 0 ? result : [{ type: 'text', text: result }],
    });
  });
  turns.push(chatBody(messages));
  return { path: '/v1/chat/completions', turns };
}

export function chatBody(messages: readonly object[], rest: object = {}): object {
  const tools = TOOLS.map((name) => ({
    type: 'function',
    function: { name, description: name, parameters: PARAMETERS },
  }));
  return { model: 'gpt-4o', messages: [...messages], tools, ...rest };
}

/** As Codex sends it, and with the tools of others: every third turn thinks in secret. */
export function responsesConversation(steps: readonly Step[] = STEPS): Conversation {
  const input: object[] = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: TASK }] }];
  const turns: object[] = [];
  steps.forEach(({ tool, input: given, result, isError }, index) => {
    turns.push(responsesBody(input));
    const call_id = `call_${String(index).padStart(4, '0')}`;
    if (index % 3 === 2) input.push({ type: 'reasoning', summary: [], encrypted_content: `gAAAAAB-${index}` });
    if (index % 8 === 7) {
      const outcome = { type: 'exit', exit_code: isError ? 1 : 0 };
      input.push({ type: 'shell_call', call_id, action: { commands: [JSON.stringify(given)] }, status: 'completed' });
      input.push({ type: 'shell_call_output', call_id, output: [{ stdout: result, stderr: '', outcome }] });
    } else if (index % 8 === 3) {
      input.push({ type: 'custom_tool_call', call_id, name: tool, input: JSON.stringify(given) });
      input.push({ type: 'custom_tool_call_output', call_id, output: result });
    } else {
      input.push({ type: 'function_call', call_id, name: tool, arguments: JSON.stringify(given) });
      const output = index % 2 === 0 ? result : [{ type: 'input_text', text: result }];
      input.push({ type: 'function_call_output', call_id, output });
    }
  });
  turns.push(responsesBody(input));
  return { path: '/v1/responses', turns };
}

function responsesBody(input: readonly object[]): object {
  return {
    model: 'gpt-5.6',
    instructions: SYSTEM,
    input: [...input],
    tools: TOOLS.map((name) => ({ type: 'function', name, description: name, parameters: PARAMETERS, strict: false })),
    store: false,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'frozen',
  };
}

/** As Gemini CLI sends it, with an id for every other call, and every third signed. */
export function geminiConversation(steps: readonly Step[] = STEPS): Conversation {
  const contents: object[] = [{ role: 'user', parts: [{ text: TASK }] }];
  const turns: object[] = [];
  steps.forEach(({ tool, input, result, isError }, index) => {
    turns.push(geminiBody(contents));
    const id = index % 2 === 0 ? { id: `${tool}-${index}` } : {};
    const call = { functionCall: { ...id, name: tool, args: input } };
    contents.push({
      role: 'model',
      parts: [
        { text: `step ${index}`, thought: true },
        { ...call, ...(index % 3 === 2 && { thoughtSignature: `c2ln+bmVk/${index}==` }) },
      ],
    });
    const response = isError ? { error: result } : index % 5 === 4 ? { result, step: index } : { output: result };
    contents.push({ role: 'user', parts: [{ functionResponse: { ...id, name: tool, response } }] });
  });
  turns.push(geminiBody(contents));
  return { path: '/v1beta/models/gemini-2.5-pro:generateContent', turns };
}

function geminiBody(contents: readonly object[]): object {
  const functionDeclarations = TOOLS.map((name) => ({ name, description: name, parametersJsonSchema: PARAMETERS }));
  return {
    contents: [...contents],
    systemInstruction: { role: 'user', parts: [{ text: SYSTEM }] },
    tools: [{ functionDeclarations }],
    generationConfig: { temperature: 1 },
  };
}

/** The same conversation in the wrapper of Cloud Code. */
export function cloudCodeConversation(): Conversation {
  const turns = geminiConversation().turns.map((request) => ({ model: 'gemini-2.5-pro', project: 'p-1', request }));
  return { path: '/v1internal:generateContent', turns };
}

/** Records much like each other: what shortening pays for. */
export function manyOrders(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: 1000 + index,
    customer: `customer-${index % 7}`,
    status: index === 77 ? 'refund_failed' : 'paid',
    region: 'eu-central-1',
    total: 5 + ((index * 37) % 90),
  }));
}

export const ORDERS: string = JSON.stringify(manyOrders(300));

/** The same conversation by a client whose system prompt says something new on every turn. */
export function withRestlessSystem({ path, turns }: Conversation): Conversation {
  const restless = turns.map((turn, index) => JSON.stringify(turn).replace(SYSTEM, `${SYSTEM} This is turn ${index}.`));
  return { path, turns: restless.map((turn) => JSON.parse(turn) as object) };
}
