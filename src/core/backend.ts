/** Where a request goes. Knows no message content. */

/** Header names and values as received: order, case and repeats kept. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Backend {
  readonly name: string;
  /** Where it listens unless the operator says otherwise. */
  readonly defaultUrl: string;
  /** Paths that only this vendor has; every path that no backend owns goes by `claims`. */
  readonly ownPaths: RegExp;
  /** Whether a request for a path that several vendors have is this one's, by the shape of its credential. */
  claims(headers: HeaderList, target: string): boolean;
}

export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}
