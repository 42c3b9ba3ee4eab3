import type { OriginalStore } from '../core/original-store.ts';
import type { SentLog } from '../core/sent-log.ts';
import type { TransformContext } from '../core/transform.ts';

/** Everything that one request's optimisation may use. Stores are already bound to whose request it is. */
export interface OptimizeContext extends TransformContext {
  readonly tenant: string;
  readonly originals: OriginalStore;
  readonly sentLog: SentLog;
  /** False for requests that only ask (count_tokens, explain): nothing is pinned and nothing is kept. */
  readonly isSent: boolean;
}
