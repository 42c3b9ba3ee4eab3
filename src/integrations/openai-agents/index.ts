/**
 * For the OpenAI Agents SDK: any model, and any provider of models, with Headroom inside. Runs, sessions, handoffs,
 * guardrails and traces are the SDK's own; what cannot be shortened goes out as it came.
 */
import { Headroom } from '../../sdk/headroom.ts';
import type { ClientOptions } from '../fetch.ts';
import { Exchanges } from './exchanges.ts';
import { HeadroomModel, type Owner } from './model.ts';
import type { Model, ModelProvider } from './types.ts';

/** What was fetched belongs to a Headroom, like what was decided: models that share one share both. */
const exchangesOf = new WeakMap<Headroom, Exchanges>();

function ownerOf({ headroom: given, ...options }: ClientOptions): Owner {
  const headroom = given ?? new Headroom(options);
  const exchanges = exchangesOf.get(headroom) ?? new Exchanges();
  exchangesOf.set(headroom, exchanges);
  return { headroom, exchanges };
}

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
    getModel: async (name) => new HeadroomModel(await provider.getModel(name), { ...owner, name }),
  };
}
