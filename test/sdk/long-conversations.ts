/** Conversations that are longer than a small model reads: results in which nothing can be said shorter. */
import type { Json } from './programs.ts';

/** A model that reads 20,000 tokens, counted as OpenAI's are. */
export const SMALL = 'small-model';
export const WINDOW = 20_000;
export const modelsFile: object = {
  models: [{ name: SMALL, family: 'openai', match: [SMALL], window: WINDOW, tokenizer: 'o200k' }],
};

const WORDS =
  'alpha bravo carbon delta ember falcon garnet harbor indigo jasper kernel lumen magnet nectar onyx prism quartz'.split(
    ' ',
  );

/** About 650 tokens, and a name that only it has. */
export function resultOf(index: number, lines = 50): string {
  const word = (at: number): string => WORDS[(at * (index + 3) + ((at * at) % (index + 5))) % WORDS.length]!;
  const said = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: 10 }, (__, at) => word(line * 10 + at)).join(' '),
  );
  return `opened module_${index}_main.ts\n${said.join('\n')}`;
}

export const LEFT_OUT = '[headroom: left out to fit the window';

const text = (role: string): Json => ({ role, content: 'Fix the parser of the configuration.' });

/** As Anthropic's Messages has it. */
export function anthropicBody(exchanges: number, lines?: number): Json {
  const messages = [text('user')];
  for (let at = 0; at < exchanges; at++) {
    const id = `toolu_${at}`;
    messages.push(
      { role: 'assistant', content: [{ type: 'tool_use', id, name: 'fetch', input: { target: `part ${at}` } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: resultOf(at, lines) }] },
    );
  }
  const tools = [{ name: 'fetch', description: 'fetches', input_schema: { type: 'object', properties: {} } }];
  return { model: SMALL, max_tokens: 1_000, tools, messages };
}

/** As OpenAI's Chat Completions has it. */
export function chatBody(exchanges: number, lines?: number): Json {
  const messages = [text('user')];
  for (let at = 0; at < exchanges; at++) {
    const id = `call_${at}`;
    const called = { name: 'fetch', arguments: JSON.stringify({ target: `part ${at}` }) };
    messages.push(
      { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: called }] },
      { role: 'tool', tool_call_id: id, content: resultOf(at, lines) },
    );
  }
  const fetch = { name: 'fetch', description: 'fetches', parameters: { type: 'object', properties: {} } };
  return { model: SMALL, max_tokens: 1_000, tools: [{ type: 'function', function: fetch }], messages };
}

/** As OpenAI's Responses has it. */
export function responsesBody(exchanges: number, lines?: number): Json {
  const input = [text('user')];
  for (let at = 0; at < exchanges; at++) {
    const call_id = `call_${at}`;
    const given = JSON.stringify({ target: `part ${at}` });
    input.push(
      { type: 'function_call', call_id, name: 'fetch', arguments: given },
      { type: 'function_call_output', call_id, output: resultOf(at, lines) },
    );
  }
  const parameters = { type: 'object', properties: {} };
  const tools = [{ type: 'function', name: 'fetch', description: 'fetches', parameters, strict: false }];
  return { model: SMALL, max_output_tokens: 1_000, tools, input };
}

/** As Google's library has it. */
export function geminiBody(exchanges: number, lines?: number): Json {
  const contents: Json[] = [{ role: 'user', parts: [{ text: text('user').content }] }];
  for (let at = 0; at < exchanges; at++) {
    const response = { output: resultOf(at, lines) };
    contents.push(
      { role: 'model', parts: [{ functionCall: { id: `fc_${at}`, name: 'fetch', args: { target: `part ${at}` } } }] },
      { role: 'user', parts: [{ functionResponse: { id: `fc_${at}`, name: 'fetch', response } }] },
    );
  }
  const fetch = { name: 'fetch', description: 'fetches', parametersJsonSchema: { type: 'object', properties: {} } };
  return { model: SMALL, contents, config: { maxOutputTokens: 1_000, tools: [{ functionDeclarations: [fetch] }] } };
}
