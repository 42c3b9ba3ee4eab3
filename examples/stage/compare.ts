/**
 * Asks the same question twice, without Headroom and with it, and prints what each sent and what each answered. Exit
 * code 1 where the answer with Headroom says less.
 */
import { createModelTable } from '../../src/models/table.ts';
import { type Api, type Asked, askReal, askScripted, REAL, type Spent } from './provider.ts';

/** A tool of the example's agent, and what a right answer says of its result. */
export interface Tool {
  readonly name: string;
  readonly facts: readonly string[];
  /** What the scripted model asks of an original, where a fact stands behind its handle; all of it unless given. */
  readonly query?: string;
}

export interface Setting {
  readonly question: string;
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
  readonly hasHeadroom: boolean;
}

export interface Example {
  /** Whose API the client speaks. */
  readonly api: Api;
  readonly question: string;
  readonly tools: readonly Tool[];
  /** The program as its author would write it. @returns the answer. */
  readonly ask: (setting: Setting) => Promise<string>;
}

interface Run extends Spent {
  readonly answer: string;
}

interface Pair {
  readonly without: Run;
  readonly withIt: Run;
}

export async function compare(example: Example): Promise<void> {
  const { api, question, tools } = example;
  const { keyName, model } = REAL[api];
  const key = process.argv.includes('--scripted') ? undefined : process.env[keyName];
  const facts = tools.flatMap((tool) => tool.facts);
  console.log(`Question: ${question}\n`);
  const scripted = await both(example, () => askScripted(api, tools));
  const price = `about ${cost(scripted, model)} for what it reads`;
  if (!key) {
    console.log('Asked: a scripted provider on this machine. Nothing left it.');
    console.log(`With ${keyName} set: ${model}, twice, ${price}.\n`);
    return report(scripted, facts, facts.length);
  }
  console.log(`Asking: ${model}, twice, with your ${keyName}; ${price}. With --scripted nobody is asked.\n`);
  report(await both(example, () => askReal(api, key)), facts, 0);
}

async function both({ ask, api, question }: Example, start: () => Promise<Asked>): Promise<Pair> {
  const run = async (hasHeadroom: boolean): Promise<Run> => {
    const asked = await start();
    try {
      const answer = await ask({
        question,
        baseURL: asked.url,
        apiKey: asked.apiKey,
        model: REAL[api].model,
        hasHeadroom,
      });
      return { answer, ...asked.spent() };
    } finally {
      await asked.close();
    }
  };
  return { without: await run(false), withIt: await run(true) };
}

function cost({ without, withIt }: Pair, model: string): string {
  const today = new Date().toISOString().slice(0, 10);
  const price = createModelTable().find(model, today)?.prices?.input;
  const tokens = without.inputTokens + withIt.inputTokens;
  return price === undefined ? 'an unknown sum' : `$${((tokens * price) / 1e6).toFixed(3)}`;
}

/** @param least of the facts that the answer with Headroom must say. */
function report({ without, withIt }: Pair, facts: readonly string[], least: number): void {
  const saidBy = ({ answer }: Run): number => facts.filter((fact) => answer.includes(fact)).length;
  for (const [name, run] of [['Without', without] as const, ['With', withIt] as const]) {
    const tokens = run.inputTokens.toLocaleString('en');
    console.log(
      `${name} Headroom: ${tokens} tokens in ${run.requests} requests; ${saidBy(run)} of ${facts.length} facts`,
    );
    console.log(`${run.answer.replaceAll(/^/gm, '  ')}\n`);
  }
  const saved = (100 * (1 - withIt.inputTokens / without.inputTokens)).toFixed(1);
  console.log(`Saved: ${saved} % of the tokens`);
  console.log(`The same answer: ${without.answer === withIt.answer ? 'yes' : 'in other words'}`);
  if (saidBy(withIt) < Math.max(least, saidBy(without))) process.exitCode = 1;
}
