/** The AI SDK's types for what its models take and give, read off its middleware: the only thing that we have of it. */
import type { LanguageModelMiddleware } from 'ai';

export type Wrapped = Parameters<NonNullable<LanguageModelMiddleware['wrapGenerate']>>[0];
export type Model = Wrapped['model'];
export type Params = Wrapped['params'];
export type Prompt = Params['prompt'];
export type Message = Prompt[number];
export type AssistantMessage = Extract<Message, { role: 'assistant' }>;
export type AssistantPart = AssistantMessage['content'][number];
export type ToolMessage = Extract<Message, { role: 'tool' }>;
export type ToolPart = ToolMessage['content'][number];
export type ResultPart = Extract<ToolPart, { type: 'tool-result' }>;
export type Output = ResultPart['output'];
export type Generated = Awaited<ReturnType<Model['doGenerate']>>;
export type Content = Generated['content'][number];
export type Usage = Generated['usage'];
export type Streamed = Awaited<ReturnType<Model['doStream']>>;
export type StreamPart = Streamed['stream'] extends ReadableStream<infer Part> ? Part : never;
