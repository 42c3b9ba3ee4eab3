import type { OriginalStore } from '../core/original-store.ts';
import type { SentLog } from '../core/sent-log.ts';
import type { TransformContext } from '../core/transform.ts';
import type { DeepenParts } from './deepen.ts';
import type { FitParts } from './fit.ts';

/** Everything that one request's optimisation may use. Stores are already bound to whose request it is. */
export interface OptimizeContext extends TransformContext {
  readonly tenant: string;
  /** Which provider's it is; undefined where the request goes nowhere. */
  readonly upstream?: string | undefined;
  /** How turns of the user begin that are the output of a call in text. */
  readonly observations?: RegExp | undefined;
  readonly originals: OriginalStore;
  readonly sentLog: SentLog;
  /** Of the conversations, in percent, left as they are for comparison. */
  readonly holdout?: number;
  /** Nothing new is to be done in this conversation. */
  readonly isRestrained?: boolean;
  /** False for requests that only ask (count_tokens, explain): nothing is pinned and nothing is kept. */
  readonly isSent: boolean;
  /** Where the body does not say it. */
  readonly model?: string | undefined;
  /** What the client asked its model to read at most, where that is more than usual. */
  readonly windowTokens?: number | undefined;
  /** What the model reads beside the body. */
  readonly beside?: readonly string[] | undefined;
  /** Calls go out as they came, also where the request must fit. */
  readonly keepsCalls?: boolean | undefined;
  /** How conversations that are too long are made to fit; undefined: they are not. */
  readonly fit?: FitParts | undefined;
  /** When it came; undefined: no cache is known to be cold. */
  readonly at?: number | undefined;
  /** How the history of a conversation is said shorter whose cache has gone; undefined: it stays as it was sent. */
  readonly deepening?: DeepenParts | undefined;
  /** Prefixes may be made to stay, for providers' caches. */
  readonly aligns?: boolean;
}
