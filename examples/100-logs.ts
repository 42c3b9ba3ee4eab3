/** A hundred log entries, and one of them says why the shop was down: Anthropic's client, and a loop of your own. */
import Anthropic from '@anthropic-ai/sdk';
import { NEEDLE_FACTS, needle } from '../bench/recipes/needle.ts';
import { spaced } from '../bench/recipes/spelling.ts';
import { withHeadroom } from '../src/index.ts'; // 'headroom-ts'
import { compare } from './stage/compare.ts';

const searchLogs = {
  name: 'search_logs',
  description: 'Searches the production logs.',
  run: () => spaced(needle()),
  facts: NEEDLE_FACTS,
};

await compare({
  api: 'anthropic',
  question:
    "What caused last night's outage? Name the service, the exact error code, the specific fix and the number of affected transactions.",
  tools: [searchLogs],
  async ask({ question, baseURL, apiKey, model, hasHeadroom }) {
    const plain = new Anthropic({ baseURL, apiKey });
    const client = hasHeadroom ? withHeadroom(plain) : plain;
    const { name, description, run } = searchLogs;
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question }];
    for (;;) {
      const tools: Anthropic.Tool[] = [{ name, description, input_schema: { type: 'object', properties: {} } }];
      const { content } = await client.messages.create({ model, max_tokens: 1000, tools, messages });
      const calls = content.filter((block) => block.type === 'tool_use');
      if (calls.length === 0) return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      messages.push({ role: 'assistant', content });
      messages.push({
        role: 'user',
        content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: run() })),
      });
    }
  },
});
