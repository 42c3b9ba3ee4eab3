/** Asks a provider's counting endpoint, the way the proxy reaches that provider. */
import { HeadroomError } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { askUpstream, type UpstreamAnswer } from '../upstream.ts';

export interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  readonly waitMs: number;
}

const MOST_SHOWN = 300;

/** @throws HeadroomError with what the provider says, where that is no answer. */
export async function ask({ url, headers, body, waitMs }: Question): Promise<JsonValue> {
  let answer: UpstreamAnswer;
  try {
    answer = await askUpstream({
      url,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      connectMs: waitMs,
      answerMs: 3 * waitMs,
    });
  } catch (error) {
    const what = `${url.origin} cannot be reached (${(error as Error).message}); headroom doctor looks for the reason`;
    throw new HeadroomError('UPSTREAM_UNREACHABLE', what, { cause: error });
  }
  const { status, text } = answer;
  if (status === 200) return parsed(text, url);
  throw new HeadroomError(
    'UPSTREAM_UNREACHABLE',
    `${url.origin} answers ${status}: ${text.slice(0, MOST_SHOWN).trim()}; look at the model, the key and what it may do`,
  );
}

function parsed(text: string, url: URL): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new HeadroomError('UPSTREAM_UNREACHABLE', `${url.href} answers no JSON; look at the address`, {
      cause: error,
    });
  }
}
