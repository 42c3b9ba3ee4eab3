/** The library without an object of your own: one Headroom for each choice of options, for the life of the process. */
import { checkAllOptions } from './check-options.ts';
import { Headroom } from './headroom.ts';
import type { CompressOptions, HeadroomOptions } from './options.ts';
import type { CompressedMessages, CompressedRequest, CompressedText, Figures, Simulation } from './results.ts';
import type { MessageLike, RequestLike } from './shapes.ts';

/** The options of a Headroom that are plain values, and those of the call. */
export type CallOptions = CompressOptions &
  Pick<HeadroomOptions, 'profile' | 'tools' | 'contextFit' | 'prose' | 'tenant'>;

const shared = new Map<string, Headroom>();

/** What shortens, and what is said of this call alone. @throws TypeError for options that there are not. */
function sharedBy(options: CallOptions): { readonly headroom: Headroom; readonly call: CompressOptions } {
  checkAllOptions(options);
  const { profile, tools, contextFit, prose, tenant, ...call } = options;
  const own = { profile, tools, contextFit, prose, tenant };
  const key = JSON.stringify(Object.values(own));
  const known = shared.get(key) ?? new Headroom(own);
  shared.set(key, known);
  return { headroom: known, call };
}

/**
 * Says a text, a JSON value, messages or a request body shorter: see `Headroom.compress`. Originals live in memory:
 * `retrieve` has them back.
 * @throws TypeError for options that there are not, or with values that they cannot have, HeadroomError DOES_NOT_FIT as
 * `Headroom.compress` does.
 */
export function compress(input: string, options?: CallOptions): Promise<CompressedText>;
export function compress<M extends readonly MessageLike[]>(
  input: M,
  options?: CallOptions,
): Promise<CompressedMessages<M>>;
export function compress<R extends RequestLike>(input: R, options?: CallOptions): Promise<CompressedRequest<R>>;
export function compress(input: unknown, options?: CallOptions): Promise<CompressedText>;
export async function compress(input: unknown, options: CallOptions = {}): Promise<unknown> {
  const { headroom, call } = sharedBy(options);
  return headroom.compress(input, call);
}

/** What `compress` would do with it, and why: see `Headroom.simulate`. Keeps nothing. */
export async function simulate(input: unknown, options: CallOptions = {}): Promise<Simulation> {
  const { headroom, call } = sharedBy(options);
  return headroom.simulate(input, call);
}

/**
 * The original of what `compress` made shorter in this process: by its result, its text or a hash. Undefined when none is kept.
 * @throws HeadroomError BAD_REQUEST for a result with several originals: ask for one of its `hashes`.
 */
export async function retrieve(shorter: string | Figures | undefined): Promise<string | undefined> {
  for (const headroom of shared.values()) {
    const original = await headroom.retrieve(shorter);
    if (original !== undefined) return original;
  }
  return undefined;
}
