/** An agent of sixty lines, as people write them: the `openai` library, one shell tool, a loop. `plain-client.ts URL TASK` */
import { execSync } from 'node:child_process';
import OpenAI from 'openai';

const [baseURL, task = ''] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'sk-dummy', maxRetries: 0 });

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'shell',
      description: 'Runs a command and gives its output.',
      parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
    },
  },
];

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'You are a careful assistant.' },
  { role: 'user', content: task },
];

function shell(call: string): string {
  const { command } = JSON.parse(call) as { command: string };
  try {
    return execSync(command, { encoding: 'utf8', maxBuffer: 10_000_000, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return `failed: ${String(error)}`;
  }
}

for (;;) {
  const stream = client.chat.completions.stream({ model: 'gpt-4o', messages, tools });
  const { message } = (await stream.finalChatCompletion()).choices[0]!;
  messages.push({
    role: 'assistant',
    content: message.content,
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls }),
  });
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
  if (calls.length === 0) {
    console.log(message.content);
    break;
  }
  for (const call of calls) {
    messages.push({ role: 'tool', tool_call_id: call.id, content: shell(call.function.arguments) });
  }
}
