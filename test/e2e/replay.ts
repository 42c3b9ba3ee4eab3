/** Sends conversations turn by turn, as an agent does, and judges what reached the provider. */
import { expect } from 'vitest';
import { aroundResults, messagesOf, withoutTool } from './body-diff.ts';
import type { Conversation } from './conversations.ts';
import { type RawRequest, type RawUpstream, send } from './wire.ts';

interface Sent {
  readonly client: readonly string[];
  readonly provider: readonly string[];
}

/** Where the marks stand is the client's business and may change from turn to turn; all else of a message may not. */
function unmarked(message: string): string {
  return message.replaceAll(/,?"cache_control":\{[^}]*\}/g, '');
}

/** A lone block of a marked message may be a plain string once the mark has moved on. */
function sameForClient(before: string, after: string): boolean {
  const plain = (text: string): string =>
    unmarked(text).replace(/^(\{"role":"\w+","content":)\[\{"type":"text","text":("(?:[^"\\]|\\.)*")\}\]\}$/, '$1$2}');
  return plain(before) === plain(after);
}

export interface Replay {
  /** Sends the next turn and holds it against the turn before. */
  next(proxyUrl: string, extra?: Partial<RawRequest>): Promise<void>;
  readonly isDone: boolean;
  /** Bytes of all bodies, as the client sent them and as they arrived, but for the tool that was added. */
  readonly bytes: { client: number; provider: number };
}

/** @param upstream sees no other requests meanwhile. */
export function replay({ path, turns }: Conversation, upstream: RawUpstream, name: string = path): Replay {
  let before: Sent | undefined;
  let offered: string | undefined;
  let index = 0;
  const bytes = { client: 0, provider: 0 };
  return {
    bytes,
    get isDone() {
      return index === turns.length;
    },
    async next(proxyUrl, extra = {}) {
      const body = Buffer.from(JSON.stringify(turns[index]));
      const place = `${name} turn ${index}`;
      const answer = await send(proxyUrl, { path, body, ...extra });
      expect(answer.status, place).toBe(200);
      const arrived = upstream.seen.at(-1)!.body;
      const { body: rest, tool } = withoutTool(arrived);
      expect(aroundResults(rest) === aroundResults(body), `${place}: bytes outside tool results changed`).toBe(true);
      if (!extra.headers) expect((offered ??= tool), `${place}: the tools changed`).toBe(tool);
      const now = { client: messagesOf(body), provider: messagesOf(arrived) };
      expect(changedBetween(before, now), `${place}: shared messages went out differently`).toEqual([]);
      before = now;
      bytes.client += body.length;
      bytes.provider += rest.length;
      index += 1;
    },
  };
}

function changedBetween(before: Sent | undefined, now: Sent): readonly object[] {
  if (!before) return [];
  return now.client.flatMap((message, index) => {
    const earlier = before.client[index];
    if (earlier === undefined || !sameForClient(earlier, message)) return [];
    const [was, is] = [before.provider[index]!, now.provider[index]!];
    return sameForClient(was, is) ? [] : [{ message: index, was: was.slice(0, 300), is: is.slice(0, 300) }];
  });
}

export async function replayAll(
  conversation: Conversation,
  upstream: RawUpstream,
  proxyUrl: string,
  name?: string,
): Promise<Replay> {
  const run = replay(conversation, upstream, name);
  while (!run.isDone) await run.next(proxyUrl);
  return run;
}
