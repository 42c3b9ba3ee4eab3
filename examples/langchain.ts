/** A LangChain agent with two tools and a memory, asked twice: the model inside it is a `HeadroomChatModel`. */
import { MemorySaver } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { multiTool } from '../bench/recipes/multi-tool.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { HeadroomChatModel } from '../src/integrations/langchain/index.ts'; // 'headroom-ts/langchain'
import { compare } from './stage/compare.ts';

const [, code, , papers] = multiTool();
const found = [code!, papers!].map(({ tool: name, rows, facts }) => ({
  name,
  description: `Looks for what is known of the worker pool: ${name.replaceAll('_', ' ')}.`,
  run: () => indented(rows),
  facts,
}));

await compare({
  api: 'openai',
  question:
    'Our worker pool leaks memory. Which file cleans up, and which paper is about it? Use both tools, and be exact.',
  tools: found,
  async ask({ question, baseURL, apiKey, model: name, hasHeadroom }) {
    const plain = new ChatOpenAI({ model: name, apiKey, configuration: { baseURL } });
    const model = hasHeadroom ? new HeadroomChatModel(plain) : plain;
    const tools = found.map(({ name: own, description, run }) =>
      tool(run, { name: own, description, schema: { type: 'object', properties: {} } }),
    );
    const agent = createAgent({ model, tools, checkpointer: new MemorySaver() });
    const thread = { configurable: { thread_id: 'example' } };
    await agent.invoke({ messages: [{ role: 'user', content: question }] }, thread);
    const again = 'Say that again in one sentence for each tool, with all the names and numbers.';
    const { messages } = await agent.invoke({ messages: [{ role: 'user', content: again }] }, thread);
    return messages.at(-1)!.text;
  },
});
