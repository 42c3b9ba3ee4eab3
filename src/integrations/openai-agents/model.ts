/** A model of the Agents SDK that reads shorter results and fetches originals unseen; all else of it is the model's own. */
import { type Headroom, insideOf } from '../../sdk/headroom.ts';
import { placesIn } from './exchanges.ts';
import { besideOf, isTooLong } from '../beside.ts';
import { type Asked, askedIn, withShorter } from './input.ts';
import { streamOf } from './stream.ts';
import { isHeld, type Owner, totalOf, Turn } from './turn.ts';
import type { Item, Model, ModelRequest, ModelResponse, StreamEvent, Usage } from './types.ts';

export class HeadroomModel implements Model {
  readonly #model: Model;
  readonly #owner: Owner;
  readonly #name: string;
  /** Only where the model has advice to give. */
  readonly getRetryAdvice?: NonNullable<Model['getRetryAdvice']>;

  /** @param name what the model is called, where that is known. */
  constructor(model: Model, owner: Owner, name = '') {
    this.#model = model;
    this.#owner = owner;
    this.#name = name;
    if (model.getRetryAdvice) this.getRetryAdvice = (asked) => model.getRetryAdvice!(asked);
  }

  get supportsPromptModelSelection(): boolean {
    return this.#model.supportsPromptModelSelection ?? false;
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    const { sent: first, turn } = await prepared({ request, name: this.#name, mayFetch: true }, this.#owner);
    if (!turn) return this.#model.getResponse(first);
    let usage: Usage | undefined;
    for (let sent: ModelRequest | undefined = first; ; ) {
      const answer: ModelResponse = await this.#model.getResponse(sent);
      usage = totalOf(usage, answer.usage);
      sent = await turn.next(sent, answer);
      if (sent) continue;
      const { providerData } = answer;
      const kept = providerData && { providerData: turn.withoutOurs(providerData) };
      return { ...answer, ...kept, output: turn.shown, usage };
    }
  }

  async *getStreamedResponse(request: ModelRequest): AsyncGenerator<StreamEvent> {
    // What is said before a call would stand in the object that is being streamed.
    const mayFetch = request.outputType === 'text';
    const { sent, turn } = await prepared({ request, name: this.#name, mayFetch }, this.#owner);
    yield* turn ? streamOf(this.#model, sent, turn) : this.#model.getStreamedResponse(sent);
  }
}

interface Asking {
  readonly request: ModelRequest;
  readonly name: string;
  readonly mayFetch: boolean;
}

interface Prepared {
  readonly sent: ModelRequest;
  /** Where the model may fetch originals. */
  readonly turn?: Turn;
}

async function prepared({ request, name: model, mayFetch }: Asking, owner: Owner): Promise<Prepared> {
  const { headroom, exchanges } = owner;
  try {
    const asked = askedIn(request);
    const isOffered = mayFetch && mayOffer(request, headroom);
    const { name, description, parameters } = headroom.retrieveTool;
    const tool = { type: 'function' as const, name, description, parameters: asParameters(parameters), strict: false };
    const places = placesIn(asked.items);
    const all = isOffered && !isHeld(request) ? exchanges.putBack(asked.items, places, asked.items) : asked.items;
    const { systemInstructions, tools, handoffs } = request;
    const beside = besideOf([systemInstructions, tools, handoffs, isOffered && tool], all, asked.items);
    const shorter = await shortened(request, asked, { headroom, model, isOffered, beside });
    if (!isOffered) return { sent: withInput(request, asked, shorter) };
    const turn = new Turn(owner, places.at(-1)!);
    const input = isHeld(request)
      ? exchanges.withWaiting(request.conversationId ?? request.previousResponseId!, asked.items, shorter)
      : [...exchanges.putBack(asked.items, places, shorter), ...turn.begun];
    const sent = { ...withInput(request, asked, input), tools: [...request.tools, tool] };
    return { sent, turn };
  } catch (error) {
    if (isTooLong(error)) throw error;
    headroom.options.warn?.(`a request goes out as it is: ${String(error)}`);
    return { sent: request };
  }
}

type Parameters = Extract<ModelRequest['tools'][number], { type: 'function' }>['parameters'];
const asParameters = (schema: object): Parameters => schema as Parameters;

/** The very request where nothing is different. */
function withInput(request: ModelRequest, { items }: Asked, next: readonly Item[]): ModelRequest {
  const isSame = next.length === items.length && next.every((item, index) => item === items[index]);
  return isSame ? request : { ...request, input: [...next] };
}

/** Depends on the tools alone: they begin the prefix that providers cache, and stay over the turns of an agent. */
function mayOffer({ tools, handoffs }: ModelRequest, { options, retrieveTool: { name } }: Headroom): boolean {
  const isTaken = tools.some((tool) => tool.name === name) || handoffs.some(({ toolName }) => toolName === name);
  const hasFunctions = handoffs.length > 0 || tools.some(({ type }) => type === 'function' || type === 'shell');
  return options.profile !== 'lossless' && !isTaken && hasFunctions;
}

const CAN_CALL: ReadonlySet<string | undefined> = new Set([undefined, 'auto', 'required']);

interface Reader {
  readonly headroom: Headroom;
  readonly model: string;
  readonly isOffered: boolean;
  readonly beside: readonly string[];
}

async function shortened(
  { modelSettings }: ModelRequest,
  asked: Asked,
  { headroom, model, isOffered, beside }: Reader,
): Promise<readonly Item[]> {
  if (!asked.shown.some(({ output }) => output !== undefined)) return asked.items;
  // Whoever must not call the tool now gets no new views.
  const canFetch = isOffered && CAN_CALL.has(modelSettings.toolChoice);
  const canAlways = headroom.options.offersRetrieval === true;
  const body = { model, max_output_tokens: modelSettings.maxTokens, input: asked.shown };
  const inside = insideOf(headroom);
  const said = await inside.shorten(body, { offersRetrieval: canFetch || canAlways }, beside);
  inside.count(said);
  const { input } = said.request;
  return withShorter(asked, input, isOffered || canAlways);
}
