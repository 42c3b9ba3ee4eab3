/** Finding one's way in a strange repository: a file tree and two searches. OpenAI's Responses, and a loop of your own. */
import OpenAI from 'openai';
import { agents } from '../bench/recipes/agents.ts';
import { factsOf } from '../bench/recipes/facts.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { withHeadroom } from '../src/index.ts'; // 'headroom-ts'
import { compare } from './stage/compare.ts';

const { question, results } = agents(0).find(({ name }) => name === 'codebase')!;
const tools = results.map(([name, value]) => ({
  name,
  description: `Looks around: ${name.replaceAll('_', ' ')}.`,
  run: () => indented(value),
  facts: factsOf(name, value)
    .filter(({ what }) => what !== 'paths of the five best')
    .flatMap(({ facts }) => facts.filter((fact) => /auth|middleware/.test(fact))),
}));

await compare({
  api: 'openai',
  question: `${question} Use every tool. Name all folders, files and repositories whose names speak of authentication or middleware.`,
  tools,
  async ask({ question: content, baseURL, apiKey, model, hasHeadroom }) {
    const plain = new OpenAI({ baseURL, apiKey });
    const client = hasHeadroom ? withHeadroom(plain) : plain;
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content }];
    for (;;) {
      const response = await client.responses.create({
        model,
        input,
        tools: tools.map(({ name, description }) => {
          const parameters = { type: 'object', properties: {} };
          return { type: 'function', name, description, parameters, strict: false };
        }),
      });
      const calls = response.output.filter((item) => item.type === 'function_call');
      if (calls.length === 0) return response.output_text;
      input.push(...(response.output as OpenAI.Responses.ResponseInput));
      for (const { call_id, name } of calls) {
        const output = tools.find((tool) => tool.name === name)!.run();
        input.push({ type: 'function_call_output', call_id, output });
      }
    }
  },
});
