/** One thing that doctor looks at, and what it may find. */
import type { Config } from '../../config/load.ts';
import type { Scene } from '../wrap/agent.ts';

export type Verdict = 'pass' | 'warn' | 'fail';

export interface Finding {
  readonly verdict: Verdict;
  /** In a word or two: what was looked at. */
  readonly about: string;
  readonly what: string;
  /** What to do; with every warning and failure. */
  readonly advice?: string;
}

/** May take its time; what it throws is a failure of its own, and said as one. */
export interface Check {
  readonly about: string;
  look(config: Config, scene: Scene): Promise<readonly Finding[]> | readonly Finding[];
}
