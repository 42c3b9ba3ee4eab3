/** A chat with two questions and tools, streamed: the Vercel AI SDK, with Headroom as the middleware of its model. */
import { createOpenAI } from '@ai-sdk/openai';
import { jsonSchema, type ModelMessage, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { multiTool } from '../bench/recipes/multi-tool.ts';
import { headroomMiddleware } from '../src/integrations/vercel-ai.ts'; // 'headroom-ts/vercel-ai'
import { compare } from './stage/compare.ts';

const [issues, , database] = multiTool();
const tools = [issues!, database!].map(({ tool: name, rows, facts }) => ({
  name,
  description: `Looks for what is known of the worker pool: ${name.replaceAll('_', ' ')}.`,
  rows,
  facts,
}));

await compare({
  api: 'openai',
  question:
    'Our worker pool leaks memory. What do the issues and the errors in the database say? Use both tools, and be exact.',
  tools,
  async ask({ question, baseURL, apiKey, model: name, hasHeadroom }) {
    const plain = createOpenAI({ baseURL, apiKey }).chat(name);
    const model = hasHeadroom ? wrapLanguageModel({ model: plain, middleware: headroomMiddleware() }) : plain;
    const offered = tools.map(({ name: own, description, rows }) => {
      const inputSchema = jsonSchema<object>({ type: 'object', properties: {} });
      return [own, tool({ description, inputSchema, execute: async () => rows })] as const;
    });
    const messages: ModelMessage[] = [];
    let said = '';
    for (const content of [question, 'Say that again in one sentence for each tool, with all the names and numbers.']) {
      messages.push({ role: 'user', content });
      const answer = streamText({ model, messages, tools: Object.fromEntries(offered), stopWhen: stepCountIs(9) });
      said = '';
      for await (const piece of answer.textStream) said += piece;
      messages.push(...(await answer.response).messages);
    }
    return said;
  },
});
