/**
 * For the OpenAI Agents SDK: any model, and any provider of models, with Headroom inside. Runs, sessions, handoffs,
 * guardrails and traces are the SDK's own; what cannot be shortened goes out as it came.
 */
import type { ClientOptions } from '../fetch.ts';
import { ownersOf } from '../owner.ts';
import { Exchanges } from './exchanges.ts';
import { HeadroomModel } from './model.ts';
import type { Model, ModelProvider } from './types.ts';

const ownerOf = ownersOf(() => new Exchanges());

/**
 * For `new Agent({ model: headroomModel(model) })`. Wherever a request has tools or handoffs, the model gets one more tool,
 * `headroom_retrieve`, whose calls no run sees. Models on a client of OpenAI's can have it in that client instead:
 * `setDefaultOpenAIClient(withHeadroom(new OpenAI()))`.
 */
export function headroomModel(model: Model, options: ClientOptions = {}): Model {
  return new HeadroomModel(model, ownerOf(options));
}

/** For `new Runner({ modelProvider: headroomModelProvider(provider) })`: every model of it, and one Headroom for all. */
export function headroomModelProvider(provider: ModelProvider, options: ClientOptions = {}): ModelProvider {
  const owner = ownerOf(options);
  return {
    getModel: async (name) => new HeadroomModel(await provider.getModel(name), owner, name),
  };
}
