/** Four tools, and a memory leak that shows in one row of each: Anthropic's tool runner, which loops by itself. */
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { multiTool } from '../bench/recipes/multi-tool.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { withHeadroom } from '../src/index.ts'; // 'headroom-ts'
import { compare } from './stage/compare.ts';

const tools = multiTool().map(({ tool, rows, facts }) => ({
  name: tool,
  description: `Looks for what is known of the worker pool: ${tool.replaceAll('_', ' ')}.`,
  run: () => indented(rows),
  facts,
}));

await compare({
  api: 'anthropic',
  question:
    'Our worker pool leaks memory. 1. Look for known issues. 2. Find the code that cleans up. 3. Find the errors in the database. ' +
    '4. Look for research. Use every tool, then say exactly what you found and recommend a fix.',
  tools,
  async ask({ question, baseURL, apiKey, model, hasHeadroom }) {
    const plain = new Anthropic({ baseURL, apiKey });
    const client = hasHeadroom ? withHeadroom(plain) : plain;
    const { content } = await client.beta.messages.toolRunner({
      model,
      max_tokens: 2000,
      thread: false,
      messages: [{ role: 'user', content: question }],
      tools: tools.map(({ run, name, description }) =>
        betaTool({ name, description, inputSchema: { type: 'object', properties: {} }, run }),
      ),
    });
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  },
});
