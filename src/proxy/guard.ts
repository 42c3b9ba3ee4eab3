/**
 * Who may talk to the proxy. From other machines only callers that know the token; our own pages only callers
 * that no web site can be: a foreign Host is a rebound name, a foreign Origin is a page.
 */
import { timingSafeEqual } from 'node:crypto';
import { type HeaderList, headerOf } from '../core/backend.ts';
import { HeadroomError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { TOKEN_HEADER } from './headers.ts';

export interface Door {
  /** The address that the proxy is bound to. */
  readonly host: string;
  readonly token: string | undefined;
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]']);

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/**
 * Loopback needs no token: whoever is there is the user. At our own pages it may also come as a bearer token, which is all
 * that some gateways can send; on the way to a provider that place is the provider's.
 * @throws HeadroomError UNAUTHORIZED.
 */
export function admit(headers: HeaderList, { host, token }: Door, isOwnPage = false): void {
  if (isLoopback(host)) return;
  const shown = headerOf(headers, TOKEN_HEADER) ?? (isOwnPage ? bearerOf(headers) : undefined);
  // Hashes have one length, so the comparison says nothing about the token's.
  if (
    token !== undefined &&
    shown !== undefined &&
    timingSafeEqual(Buffer.from(hashOf(shown)), Buffer.from(hashOf(token)))
  )
    return;
  throw new HeadroomError(
    'UNAUTHORIZED',
    `This Headroom proxy is open to other machines, so every request needs the header ${TOKEN_HEADER} with the token that it was started with.`,
  );
}

function bearerOf(headers: HeaderList): string | undefined {
  return /^bearer +(\S+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1];
}

/** @throws HeadroomError FORBIDDEN for requests to our own pages that a web site may have caused. */
export function admitToOwnPages(headers: HeaderList, door: Door): void {
  const host = headerOf(headers, 'host') ?? '';
  if (!isOurName(host, door)) {
    throw new HeadroomError(
      'FORBIDDEN',
      `The Host header "${shorten(host)}" is not this proxy's name; use localhost or 127.0.0.1.`,
    );
  }
  const origin = headerOf(headers, 'origin');
  if (origin !== undefined && URL.parse(origin)?.host.toLowerCase() !== host.toLowerCase()) {
    throw new HeadroomError(
      'FORBIDDEN',
      'Web pages may not call this proxy: the request carries a foreign Origin header.',
    );
  }
  if (headerOf(headers, 'sec-fetch-site')?.toLowerCase() === 'cross-site') {
    throw new HeadroomError('FORBIDDEN', 'Web pages may not call this proxy: the request comes from another site.');
  }
}

function isOurName(host: string, door: Door): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (isLoopback(name) && (name.startsWith('[') || !name.includes(':'))) return true;
  if (isLoopback(door.host)) return false;
  // Bound to every address it goes by many names; the token, which no web site knows, was shown already.
  if (EVERYWHERE.has(door.host)) return name !== '';
  return name === door.host.toLowerCase() || name === `[${door.host.toLowerCase()}]`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
