/** A hundred search hits, and a question for every one of a kind: the library in a loop of your own, around no client. */
import OpenAI from 'openai';
import { codeSearch } from '../bench/recipes/code-search.ts';
import { spaced } from '../bench/recipes/spelling.ts';
import { Headroom } from '../src/index.ts'; // 'headroom-ts'
import { compare } from './stage/compare.ts';

const hits = codeSearch();
const searchCode = {
  name: 'search_code',
  description: 'Searches the code of the frontend.',
  run: () => spaced(hits),
  facts: hits.flatMap(({ content }) => /FormComponent\d+/.exec(String(content)) ?? []),
};

await compare({
  api: 'openai',
  question: 'Which React components are forms? Search once, then list the name of every one.',
  tools: [searchCode],
  async ask({ question, baseURL, apiKey, model, hasHeadroom }) {
    const client = new OpenAI({ baseURL, apiKey });
    const hr = new Headroom();
    const { name, description, run } = searchCode;
    const own = { type: 'function' as const, function: { name, description, parameters: { type: 'object' } } };
    const tools = hasHeadroom ? [own, hr.retrieveTool.openaiChat] : [own];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: question }];
    for (;;) {
      const request = { model, messages, tools };
      const sent = hasHeadroom ? (await hr.compress(request)).request : request;
      const { choices } = await client.chat.completions.create(sent);
      const { message } = choices[0]!;
      messages.push(message);
      if (!message.tool_calls) return message.content ?? '';
      for (const call of message.tool_calls) {
        if (call.type !== 'function') continue;
        const isOurs = call.function.name === hr.retrieveTool.name;
        const content = isOurs ? await hr.retrieveTool.execute(call.function.arguments) : run();
        messages.push({ role: 'tool', tool_call_id: call.id, content });
      }
    }
  },
});
