/** The library without an object of your own: one Headroom for each choice of options, for the life of the process. */
import { Headroom } from './headroom.ts';
import type { CompressOptions, HeadroomOptions } from './options.ts';
import type { CompressedMessages, CompressedRequest, CompressedText, Figures, Simulation } from './results.ts';
import type { MessageLike, RequestLike } from './shapes.ts';

/** The options of a Headroom that are plain values, and those of the call. */
export type CallOptions = CompressOptions & Pick<HeadroomOptions, 'profile' | 'tools' | 'prose' | 'tenant'>;

const shared = new Map<string, Headroom>();

function sharedBy({ profile, tools, prose, tenant }: CallOptions): Headroom {
  const key = JSON.stringify([profile, tools, prose, tenant]);
  const known = shared.get(key) ?? new Headroom({ profile, tools, prose, tenant });
  shared.set(key, known);
  return known;
}

/**
 * Says a text, a JSON value, messages or a request body shorter: see `Headroom.compress`. Originals live in memory:
 * `retrieve` has them back.
 */
export function compress(input: string, options?: CallOptions): Promise<CompressedText>;
export function compress<M extends readonly MessageLike[]>(
  input: M,
  options?: CallOptions,
): Promise<CompressedMessages<M>>;
export function compress<R extends RequestLike>(input: R, options?: CallOptions): Promise<CompressedRequest<R>>;
export function compress(input: unknown, options?: CallOptions): Promise<CompressedText>;
export function compress(input: unknown, options: CallOptions = {}): Promise<unknown> {
  return sharedBy(options).compress(input, options);
}

/** What `compress` would do with it, and why: see `Headroom.simulate`. Keeps nothing. */
export function simulate(input: unknown, options: CallOptions = {}): Promise<Simulation> {
  return sharedBy(options).simulate(input, options);
}

/**
 * The original of what `compress` made shorter in this process: by its result, its text or a hash. Undefined when none is kept.
 * @throws HeadroomError BAD_REQUEST for a result with several originals: ask for one of its `hashes`.
 */
export async function retrieve(shorter: string | Figures): Promise<string | undefined> {
  for (const headroom of shared.values()) {
    const original = await headroom.retrieve(shorter);
    if (original !== undefined) return original;
  }
  return undefined;
}
