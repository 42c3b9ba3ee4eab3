/** How much a credential or a project may use, and where it is remembered what each has used. */

export const PERIODS = ['hour', 'day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

export interface Budget {
  /** Who has it: each credential, or each project. */
  readonly holder: 'credential' | 'project';
  readonly dollars: number;
  readonly period: Period;
}

export interface Limits {
  readonly budgets: readonly Budget[];
  /** Of each credential; undefined: as many as it likes. */
  readonly requestsAMinute: number | undefined;
  /** All that the provider counts: input, cached or not, and output. */
  readonly tokensAMinute: number | undefined;
}

export interface Metered<Result> {
  /** One for each key; undefined: as it was. */
  readonly texts: readonly (string | undefined)[];
  /** Now, and after when nobody needs them, in milliseconds since 1970. */
  readonly at: number;
  readonly until: number;
  readonly result: Result;
}

/** Short texts that several processes change, one after the other. */
export interface Meters {
  /**
   * Reads some and writes them again, with no change by anybody else in between. `change` is asked again where somebody
   * was faster, and must do nothing else.
   */
  change<Result>(keys: readonly string[], change: (texts: readonly (string | undefined)[]) => Metered<Result>): Result;
}
