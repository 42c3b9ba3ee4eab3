/** The clients that can have another fetch, and how each comes by it. None of their libraries is loaded here. */
import type { Fetch } from './fetch.ts';

interface ClientKind {
  recognizes(client: object): boolean;
  /** A new client that sends by another fetch, made of the one that it had. */
  with(client: object, wrap: (inner: Fetch) => Fetch): object;
}

/** Of libraries that are made like OpenAI's: Anthropic's too. */
interface OptionsClient {
  readonly fetch?: Fetch;
  withOptions(options: { fetch: Fetch }): object;
}

const withOptions: ClientKind = {
  recognizes: (client) => typeof (client as Partial<OptionsClient>).withOptions === 'function',
  with(client, wrap) {
    const { fetch: inner = globalThis.fetch } = client as OptionsClient;
    return (client as OptionsClient).withOptions({ fetch: wrap(inner) });
  },
};

/** Google's: what sends hangs on every module of the client, and a module is made of what it holds. */
interface ApiClient {
  readonly clientOptions: { readonly httpOptions?: { readonly fetch?: Fetch } };
}
type Holder = Record<string, unknown>;

const google: ClientKind = {
  recognizes: (client) =>
    'models' in client && (client as { apiClient?: ApiClient }).apiClient?.clientOptions !== undefined,
  with(client, wrap) {
    const { apiClient } = client as { apiClient: ApiClient };
    const { clientOptions } = apiClient;
    const httpOptions = {
      ...clientOptions.httpOptions,
      fetch: wrap(clientOptions.httpOptions?.fetch ?? globalThis.fetch),
    };
    const sends = { ...shallow(apiClient), clientOptions: { ...clientOptions, httpOptions } };
    const made = new Map<unknown, unknown>([[apiClient, Object.assign(bare(apiClient), sends)]]);
    const copy = Object.assign(bare(client), shallow(client), { httpOptions });
    for (const [key, value] of Object.entries(copy)) (copy as Holder)[key] = remade(value, apiClient, made);
    return copy;
  },
};

/** Modules bind their methods when they are made: one that sends is made anew, by what its constructor was given. */
function remade(value: unknown, apiClient: ApiClient, made: Map<unknown, unknown>): unknown {
  if (made.has(value)) return made.get(value);
  if (typeof value !== 'object' || value === null || !Object.values(value).includes(apiClient)) return value;
  const given = Object.values(value).filter((one) => typeof one !== 'function');
  const Module = value.constructor as new (...given: unknown[]) => object;
  const fresh = new Module(...given.map((one) => remade(one, apiClient, made)));
  made.set(value, fresh);
  return fresh;
}

const bare = (of: object): object => Object.create(Object.getPrototypeOf(of) as object) as object;
const shallow = (of: object): Holder => ({ ...of });

export const clientKinds: readonly ClientKind[] = [withOptions, google];
