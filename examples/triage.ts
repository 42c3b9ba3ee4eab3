/** A hundred issues, and which of them matter: a client that knows nothing of Headroom, through the proxy. */
import OpenAI from 'openai';
import { agents } from '../bench/recipes/agents.ts';
import { indented } from '../bench/recipes/spelling.ts';
import { compare } from './stage/compare.ts';
import { withProxy } from './stage/proxy.ts';

type Issue = { number: number; state: string; labels: readonly string[] };
const urgent = ({ state, labels }: Issue): boolean =>
  state === 'open' && labels.includes('bug') && labels.includes('priority: high');

const wanted: Readonly<Record<string, (value: unknown) => readonly string[]>> = {
  github_issues: (value) => (value as { items: Issue[] }).items.filter(urgent).map(({ number }) => `Issue #${number}`),
  log_search: () => ['NullPointerException'],
};

const { question, results } = agents(0).find(({ name }) => name === 'triage')!;
const tools = results.map(([name, value]) => ({
  name,
  description: `Looks around: ${name.replaceAll('_', ' ')}.`,
  run: () => indented(value),
  facts: wanted[name]?.(value) ?? [],
}));

await compare({
  api: 'openai',
  question: `${question} Use every tool, then list them as "Issue #1234", and name the exception that the logs show.`,
  tools,
  async ask({ question: content, baseURL, apiKey, model, hasHeadroom }) {
    const ask = async (url: string): Promise<string> => {
      const client = new OpenAI({ baseURL: url, apiKey });
      const runner = client.chat.completions.runTools({
        model,
        messages: [{ role: 'user', content }],
        tools: tools.map(({ name, description, run }) => ({
          type: 'function',
          function: { name, description, parameters: { type: 'object', properties: {} }, function: run },
        })),
      });
      return (await runner.finalContent()) ?? '';
    };
    if (!hasHeadroom) return ask(baseURL);
    // headroom proxy, and OPENAI_BASE_URL=http://127.0.0.1:8787/v1 for the client
    return withProxy(['--openai-url', baseURL], (url) => ask(`${url}/v1`));
  },
});
