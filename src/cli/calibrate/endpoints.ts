/** Where providers count tokens themselves. A new one is an entry here. */
import type { OptionValues } from '../../config/options.ts';
import { asObject, type JsonValue } from '../../core/json/value.ts';

export interface CountEndpoint {
  /** Family of models that it counts for. */
  readonly family: string;
  /** The option with its address, or the address itself. */
  readonly address: keyof Pick<OptionValues, 'anthropic-url' | 'openai-url' | 'gemini-url'> | URL;
  /** Below the address, whose own version at its end is taken away. */
  readonly path: (model: string) => string;
  /** The environment variables that may hold a key, the first that is set counts, and the headers that show it. */
  readonly keys: Readonly<Record<string, (key: string) => Readonly<Record<string, string>>>>;
  body(model: string, text: string): JsonValue;
  /** The count in its answer; anything but a number for none. */
  countIn(answer: JsonValue): unknown;
}

const bearer = (key: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${key}` });

export const countEndpoints: readonly CountEndpoint[] = [
  {
    family: 'anthropic',
    address: 'anthropic-url',
    path: () => '/v1/messages/count_tokens',
    keys: {
      ANTHROPIC_API_KEY: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
      ANTHROPIC_AUTH_TOKEN: (key) => ({ ...bearer(key), 'anthropic-version': '2023-06-01' }),
    },
    body: (model, text) => ({ model, messages: [{ role: 'user', content: text }] }),
    countIn: (answer) => asObject(answer)['input_tokens'],
  },
  {
    family: 'openai',
    address: 'openai-url',
    path: () => '/v1/responses/input_tokens',
    keys: { OPENAI_API_KEY: bearer },
    body: (model, text) => ({ model, input: text }),
    countIn: (answer) => asObject(answer)['input_tokens'],
  },
  {
    family: 'google',
    address: 'gemini-url',
    path: (model) => `/v1beta/models/${encodeURIComponent(model.replace(/^models\//, ''))}:countTokens`,
    keys: {
      GEMINI_API_KEY: (key) => ({ 'x-goog-api-key': key }),
      GOOGLE_API_KEY: (key) => ({ 'x-goog-api-key': key }),
    },
    body: (_, text) => ({ contents: [{ role: 'user', parts: [{ text }] }] }),
    countIn: (answer) => asObject(answer)['totalTokens'],
  },
  {
    family: 'cohere',
    address: new URL('https://api.cohere.com'),
    path: () => '/v1/tokenize',
    keys: { CO_API_KEY: bearer, COHERE_API_KEY: bearer },
    body: (model, text) => ({ model, text }),
    countIn: (answer) => {
      const { tokens } = asObject(answer);
      return Array.isArray(tokens) ? tokens.length : undefined;
    },
  },
];
