/** Headroom for agents of langchain 1.x: every model that an agent asks, however it came by it, reads shorter results. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AgentMiddleware } from 'langchain';
import type { ClientOptions } from '../fetch.ts';
import { ownerOf } from './chat-model.ts';
import { withOwner } from './derived.ts';

/** By which langchain knows its middleware. */
const BRAND = Symbol.for('AgentMiddleware');

/**
 * For `createAgent({ model, tools, middleware: [headroomMiddleware()] })`. Last in its list it is nearest to the model, and
 * what others say of prompts comes before it.
 */
export function headroomMiddleware(options: ClientOptions = {}): AgentMiddleware {
  const owner = ownerOf(options);
  const known = new WeakMap<object, BaseChatModel>();
  const modelOf = (given: object): BaseChatModel => {
    const model = known.get(given) ?? (withOwner(given, owner) as BaseChatModel);
    known.set(given, model);
    return model;
  };
  return {
    [BRAND]: true,
    name: 'HeadroomMiddleware',
    wrapModelCall: (request, handler) => handler({ ...request, model: modelOf(request.model) }),
  } as AgentMiddleware;
}
