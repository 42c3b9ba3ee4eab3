/** An engineer on call: 300 log lines, 200 customers, 150 files. OpenAI's client, and its own loop over tools. */
import OpenAI from 'openai';
import { agents } from '../bench/recipes/agents.ts';
import { factsOf } from '../bench/recipes/facts.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { withHeadroom } from '../src/index.ts'; // 'headroom-ts'
import { compare } from './stage/compare.ts';

const WANTED: Readonly<Record<string, RegExp>> = {
  'messages of WARN and ERROR': /payment-service|pool exhausted/,
  'revenue over 50,000': /./,
  paths: /payment/,
};

interface Logs {
  readonly entries: readonly { readonly message: string; readonly trace_id: string }[];
}

/** Not in the view of the log: the model fetches these lines of the original, and the program does not notice. */
function tracesOf({ entries }: Logs): readonly string[] {
  return entries.filter(({ message }) => message.includes('pool exhausted')).map((entry) => entry.trace_id);
}

const { question, results } = agents(0).find(({ name }) => name === 'incident')!;
const tools = results.map(([name, value]) => ({
  name,
  description: `Looks into the incident: ${name.replaceAll('_', ' ')}.`,
  run: () => indented(value),
  facts: [
    ...factsOf(name, value).flatMap(({ what, facts }) => facts.filter((fact) => WANTED[what]?.test(fact))),
    ...(name === 'log_search' ? tracesOf(value as Logs) : []),
  ],
  query: 'pool exhausted',
}));

await compare({
  api: 'openai',
  question: `${question} Use every tool. Name the messages about it, the trace id of every exhausted pool, the revenues of the largest customers, and the file to look into.`,
  tools,
  async ask({ question: content, baseURL, apiKey, model, hasHeadroom }) {
    const plain = new OpenAI({ baseURL, apiKey });
    const client = hasHeadroom ? withHeadroom(plain) : plain;
    const runner = client.chat.completions.runTools({
      model,
      messages: [{ role: 'user', content }],
      tools: tools.map(({ name, description, run }) => ({
        type: 'function',
        function: { name, description, parameters: { type: 'object', properties: {} }, function: run },
      })),
    });
    return (await runner.finalContent()) ?? '';
  },
});
