/** Examples that only have to compile: what people write, and the types that they get. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import {
  compress,
  type CompressedMessages,
  type CompressedRequest,
  type CompressedText,
  Headroom,
  headroomFetch,
  headroomOf,
  SharedContext,
  withHeadroom,
} from '../../src/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(is: Same<A, B>): boolean => is;

/** Texts and values. */
export async function texts(log: string): Promise<void> {
  const hr = new Headroom({ profile: 'balanced', store: 'redis://localhost:6379/0', tokenizer: 'o200k' });
  const short = await hr.compress(log, { tool: 'Bash', input: { command: 'npm test' } });
  same<typeof short, CompressedText>(true);
  const original: string | undefined = await hr.retrieve(short);
  await hr.retrieve(short.text);
  await hr.retrieve(original ?? '', { lines: '1-20' });
  const rows = await hr.compress([{ id: 1 }, { id: 2 }]);
  same<typeof rows, CompressedText>(true);
  await new SharedContext({ headroom: hr }).put('research', { any: 'thing' }, { agent: 'a' });
}

/** Messages keep the vendor's own types. */
export async function messages(
  anthropic: Anthropic.MessageParam[],
  chat: OpenAI.ChatCompletionMessageParam[],
  input: OpenAI.Responses.ResponseInputItem[],
): Promise<void> {
  const short = await compress(anthropic, { model: 'claude-opus-5-5' });
  same<typeof short, CompressedMessages<Anthropic.MessageParam[]>>(true);
  const chats = await compress(chat, { model: 'gpt-4o', profile: 'aggressive', offersRetrieval: true });
  same<typeof chats.messages, OpenAI.ChatCompletionMessageParam[]>(true);
  const items = await compress(input as { type: string }[]);
  same<typeof items.messages, { type: string }[]>(true);
  const request = { model: 'm', max_tokens: 1, messages: anthropic } satisfies Anthropic.MessageCreateParams;
  const body = await compress(request);
  same<typeof body, CompressedRequest<typeof request>>(true);
  await new Anthropic().messages.create(body.request);
}

/** A loop that somebody wrote by hand. */
export async function loop(question: string): Promise<string> {
  const hr = new Headroom();
  const { retrieveTool } = hr;
  const client = new Anthropic();
  const history: Anthropic.MessageParam[] = [{ role: 'user', content: question }];
  for (;;) {
    const { request } = await hr.compress({
      model: 'claude-opus-5-5',
      max_tokens: 1_000,
      messages: history,
      tools: [retrieveTool.anthropic],
    });
    const answer = await client.messages.create(request);
    history.push({ role: 'assistant', content: answer.content });
    const calls = answer.content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    const results = calls.map(async ({ id, input }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: await retrieveTool.execute(input),
    }));
    history.push({ role: 'user', content: await Promise.all(results) });
  }
}

/** The tool in every vendor's own words. */
export function tools({
  retrieveTool,
}: Headroom): readonly [Anthropic.Tool, OpenAI.ChatCompletionTool, OpenAI.Responses.Tool] {
  return [retrieveTool.anthropic, retrieveTool.openaiChat, retrieveTool.openaiResponses];
}

/** Wrapped clients are what they were. */
export async function clients(): Promise<void> {
  const anthropic = withHeadroom(new Anthropic());
  same<typeof anthropic, Anthropic>(true);
  const message: Anthropic.Message = await anthropic.messages.create({ model: 'm', max_tokens: 1, messages: [] });
  await anthropic.messages.stream({ model: message.model, max_tokens: 1, messages: [] }).finalMessage();
  const openai = withHeadroom(new OpenAI(), { profile: 'lossless' });
  same<typeof openai, OpenAI>(true);
  const google = withHeadroom(new GoogleGenAI({ apiKey: 'k' }), { headroom: new Headroom() });
  same<typeof google, GoogleGenAI>(true);
  const saved: number | undefined = headroomOf(google)?.savings.tokensSaved;
  const own = new OpenAI({ fetch: headroomFetch({ hooks: { edit: ({ tool }) => tool !== 'Read' || saved !== 0 } }) });
  await own.responses.create({ model: 'm', input: 'hi' });
}
