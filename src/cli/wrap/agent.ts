/** What an agent of the list declares: how it is told to talk to a door, and what it loses behind one. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { type JsonObject, isJsonObject, type JsonValue } from '../../core/json/value.ts';

/** The backends, by name: each has an address among the options. */
export type Vendor = 'anthropic' | 'openai' | 'gemini';

/** Where the agent is started, and for whom. */
export interface Scene {
  /** The person's home folder. */
  readonly home: string;
  readonly project: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** An address that the agent has been told already: by a variable, or in one of its files. */
export interface Wiring {
  /** For people: `ANTHROPIC_BASE_URL`, or a file and the key in it. */
  readonly where: string;
  readonly vendor: Vendor;
  readonly url: string;
}

/** Something that clients are known to leave out behind a proxy. */
export interface Feature {
  readonly name: string;
  /** Kept by what wrap sets; false where nothing can be done. */
  readonly isKept: boolean;
  readonly how: string;
}

/** What the agent's process gets, beside what it would have had. */
export interface Settings {
  readonly variables: Readonly<Record<string, string>>;
  /** Put before the person's own words. */
  readonly words?: readonly string[];
  /** What the person should know before it starts. */
  readonly remarks?: readonly string[];
}

/** What the agent is told: the door's address, and where its requests end up. */
export interface Pointing {
  readonly url: string;
  readonly upstreams: Readonly<Record<Vendor, string>>;
  /** The words that the person has for it. */
  readonly words: readonly string[];
}

export interface Agent {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Where it talks to now, what counts most first. */
  wirings(scene: Scene): readonly Wiring[];
  /** Where it talks to when nobody has told it anything, where that is not its vendor's usual address. */
  usualUpstreams?(scene: Scene): Partial<Record<Vendor, string>>;
  readonly features: readonly Feature[];
  readonly way: Launched | Held | Impossible;
}

/** Started by us, with settings of its own. */
export interface Launched {
  readonly kind: 'launched';
  readonly program: string;
  settings(pointing: Pointing, scene: Scene): Settings;
  /** Lines that say why it cannot be pointed anywhere as it is set up, and what can be done. */
  refuses?(scene: Scene): readonly string[] | undefined;
}

/** It runs elsewhere, in an editor: the door stays open for it until Ctrl-C. */
export interface Held {
  readonly kind: 'held';
  /** What to enter where. */
  advice(url: string): readonly string[];
}

/** It talks to its provider from its vendor's servers. */
export interface Impossible {
  readonly kind: 'impossible';
  readonly advice: readonly string[];
}

export function sceneHere(): Scene {
  return { home: homedir(), project: process.cwd(), environment: process.env };
}

/** The variables that are set, of these. */
export function wiredByVariables(scene: Scene, vendors: Readonly<Record<string, Vendor>>): readonly Wiring[] {
  return Object.entries(vendors).flatMap(([where, vendor]) => {
    const url = scene.environment[where];
    return url ? [{ where, vendor, url }] : [];
  });
}

/** Empty when there is no such file, or nothing in it can be read: an agent's file is its own affair. */
export function readJsonFile(path: string): JsonObject {
  try {
    const value = JSON.parse(withoutComments(readFileSync(path, 'utf8'))) as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Comments and last commas, which some agents allow; strings keep all that looks like one. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_all, quoted: string | undefined) => quoted ?? '')
    .replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_all, quoted: string | undefined) => quoted ?? '');
}

/** Undefined unless it is a text with something in it. */
export function textAt(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * An address of the OpenAI kind as an upstream of the proxy, and the path that the agent gets behind the door's. One that
 * ends otherwise than the proxy can join again goes whole into the path, and its requests pass unread.
 */
export function splitAddress(url: string | undefined): {
  readonly upstream: string | undefined;
  readonly path: string;
} {
  const parsed = url === undefined ? null : URL.parse(url);
  if (!parsed) return { upstream: undefined, path: '/v1' };
  const path = parsed.pathname.replace(/\/+$/, '');
  const isJoinable = path === '' || path.endsWith('/v1');
  return isJoinable ? { upstream: parsed.origin + path, path: '/v1' } : { upstream: parsed.origin, path };
}
