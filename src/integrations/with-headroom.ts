/**
 * A vendor's client with Headroom in its fetch: the same types, helpers, retries, time-outs and aborts, because it is the
 * same code. The client that is given stays as it is.
 */
import { HeadroomError } from '../core/errors.ts';
import { Headroom } from '../sdk/headroom.ts';
import { clientKinds } from './client-kinds.ts';
import { type ClientOptions, type Fetch, fetchWith } from './fetch.ts';

const headrooms = new WeakMap<object, Headroom>();

/**
 * The client with Headroom in it, as a new one of the same type: for clients of Anthropic's, OpenAI's and Google's libraries,
 * and all that have their shape.
 * @throws HeadroomError BAD_OPTION for a client of another kind: give its own fetch option `headroomFetch()`.
 */
export function withHeadroom<Client extends object>(client: Client, options: ClientOptions = {}): Client {
  const kind = clientKinds.find((one) => one.recognizes(client));
  if (!kind) {
    throw new HeadroomError(
      'BAD_OPTION',
      'withHeadroom() knows the clients of @anthropic-ai/sdk, openai and @google/genai. Give any other client headroomFetch() where it takes a fetch.',
    );
  }
  const { headroom: given, ...own } = options;
  const headroom = given ?? new Headroom(own);
  const wrapped = kind.with(client, (inner: Fetch) => fetchWith(headroom, inner)) as Client;
  headrooms.set(wrapped, headroom);
  return wrapped;
}

/** The Headroom behind a client: its savings, its originals. Undefined for a client without one. */
export function headroomOf(client: object): Headroom | undefined {
  return headrooms.get(client);
}
