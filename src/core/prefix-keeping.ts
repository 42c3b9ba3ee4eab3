/**
 * How a provider keeps a prefix under a name: on request, and for as long as is paid. The format says what is asked and
 * where the name goes; whoever sends requests asks for it.
 */
import type { JsonDocument } from './json/document.ts';

export interface ProviderRequest {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON; undefined for none. */
  readonly body: string | undefined;
}

/** A request's prefix, as it goes out. */
export interface KeepablePrefix {
  /** Equal for what can share a name: all that would be kept, and where. */
  readonly identity: string;
  /** In characters, of what the model reads of it. */
  readonly length: number;
  keep(seconds: number): ProviderRequest;
  /** For so many seconds from now on. */
  renew(name: string, seconds: number): ProviderRequest;
  drop(name: string): ProviderRequest;
  /** The request with the name in place of what is kept; every other byte as it came. */
  named(name: string): Uint8Array;
}

export interface KeptPrefix {
  readonly name: string;
  /** As the provider counts them. */
  readonly tokens: number;
}

export interface PrefixKeeping {
  /**
   * Undefined where there is nothing to keep, the client does it itself, or this path knows no such thing.
   * @param path with its query.
   * @throws RangeError where it cannot be cut out.
   */
  prefixOf(document: JsonDocument, path: string): KeepablePrefix | undefined;
  /** What a provider says that has kept something; undefined when it says anything else. */
  readKept(body: string): KeptPrefix | undefined;
  /** Whether a request was refused for the name that stands in it. */
  isRefused(status: number, body: string): boolean;
}
