/** The Agents SDK's types for what its models take and give: the only thing that we have of it. */
import type { AgentInputItem, AgentOutputItem, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents';

export type { Model, ModelProvider, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents';

export type Item = AgentInputItem;
export type Said = AgentOutputItem;
export type Call = Extract<Item, { type: 'function_call' }>;
export type Result = Extract<Item, { type: 'function_call_result' }>;
export type ShellResult = Extract<Item, { type: 'shell_call_output' }>;
export type Tool = ModelRequest['tools'][number];
export type Usage = ModelResponse['usage'];
export type Done = Extract<StreamEvent, { type: 'response_done' }>;
/** Usage as streams say it. */
export type Counts = Done['response']['usage'];
