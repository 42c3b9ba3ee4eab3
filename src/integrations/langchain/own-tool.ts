/** Our tool among a model's: in the shape that the model's own bindTools gives to tools, at the end of its list. */
import { tool } from '@langchain/core/tools';
import type { Headroom } from '../../sdk/headroom.ts';
import { RETRIEVAL_TOOL } from '../../retrieval/tool.ts';
import type { AnyModel } from './types.ts';

export const RETRIEVAL_NAME: string = RETRIEVAL_TOOL.name;

type Bag = Readonly<Record<string, unknown>>;

/** Undefined where the model takes no tools, keeps them elsewhere, or wants schemas that ours does not keep to. */
export function shapeFor(model: AnyModel, { retrieveTool }: Headroom): unknown {
  const { name, description, parameters: schema } = retrieveTool;
  const ours = tool(() => '', { name, description, schema });
  const bound: unknown = model.bindTools?.([ours]);
  const places = ['config', 'kwargs', 'defaultOptions'].map((key) => bagOf(bagOf(bound)[key])['tools']);
  const tools: unknown = places.find((list) => Array.isArray(list) && list.length > 0);
  const shape: unknown = Array.isArray(tools) ? tools.at(-1) : undefined;
  const { strict, function: called } = bagOf(shape);
  return strict === true || bagOf(called)['strict'] === true ? undefined : shape;
}

export function bagOf(value: unknown): Bag {
  return typeof value === 'object' && value !== null ? (value as Bag) : {};
}

/** @param tools as they reach the model's last step. */
export function hasFunctions(tools: readonly unknown[]): boolean {
  return tools.some((one) => namesIn(one).length > 0);
}

export function isTaken(tools: readonly unknown[]): boolean {
  return tools.some((one) => namesIn(one).includes(RETRIEVAL_NAME));
}

function namesIn(one: unknown): readonly unknown[] {
  const { name, function: called, functionDeclarations: declared } = bagOf(one);
  const names = Array.isArray(declared) ? declared.map((each) => bagOf(each)['name']) : [];
  return [name, bagOf(called)['name'], ...names].filter((each) => each !== undefined);
}

/** Where tools are declared in one list inside another, ours is too. */
export function withOurs(tools: readonly unknown[], shape: unknown): unknown[] {
  const { functionDeclarations: ours } = bagOf(shape);
  const at = Array.isArray(ours) ? tools.findLastIndex((one) => Array.isArray(bagOf(one)['functionDeclarations'])) : -1;
  if (at < 0) return [...tools, shape];
  const there = bagOf(tools[at]);
  const functionDeclarations = [...(there['functionDeclarations'] as unknown[]), ...(ours as unknown[])];
  return tools.with(at, { ...there, functionDeclarations });
}
