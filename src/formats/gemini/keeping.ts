/** Cached contents of the Gemini API: system instruction, tools and their settings, kept with a key under a name. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { locate } from '../../core/json/locate.ts';
import { asObject, type JsonValue } from '../../core/json/value.ts';
import type { KeepablePrefix, PrefixKeeping } from '../../core/prefix-keeping.ts';
import { textOf } from '../part-list.ts';
import { countOf, parseJson } from '../response-reader.ts';
import { CACHED_CONTENT, keyIn, spellings } from './request.ts';

/** With a key only: Vertex AI keeps them elsewhere, and Cloud Code not at all. */
const WITH_KEY =
  /^(?<root>.*\/v\d\w*\/)(?<model>models\/[^/:?]+):(?:generateContent|streamGenerateContent)(?<query>\?.*)?$/;
/** All that may not stand beside the name of a cached content. */
const KEPT = [spellings('systemInstruction'), spellings('tools'), spellings('toolConfig')] as const;
const NAME = /^cachedContents\/[\w-]+$/;

export const keeping: PrefixKeeping = { prefixOf, readKept, isRefused };

function prefixOf(document: JsonDocument, path: string): KeepablePrefix | undefined {
  const { root, model, query = '' } = WITH_KEY.exec(path)?.groups ?? {};
  const request = asObject(document.value);
  if (root === undefined || CACHED_CONTENT.some((key) => key in request) || !Array.isArray(request['contents']))
    return undefined;
  const found = KEPT.map((names) => [names[0], keyIn(request, names)] as const).filter(
    ([, key]) => (request[key] ?? null) !== null,
  );
  if (found.length === 0) return undefined;
  const places = locate(
    document.text,
    found.map(([, key]) => ({ path: [key], isRemoved: true })),
  );
  const members = found.map(([name], index) => {
    const { start, end } = places[index]!;
    return `${JSON.stringify(name)}:${document.text.slice(start, end)}`;
  });
  const text = members.join(',');
  const key = /[?&](key=[^&]*)/.exec(query)?.[1];
  const at = (name: string): string => root + name + (key === undefined ? '' : `?${key}`);
  return {
    identity: `${root}${model} ${text}`,
    length: text.length,
    keep: (seconds) => ({
      method: 'POST',
      path: at('cachedContents'),
      body: `{"model":${JSON.stringify(model)},${text},"ttl":"${seconds}s"}`,
    }),
    renew: (name, seconds) => ({ method: 'PATCH', path: at(name), body: `{"ttl":"${seconds}s"}` }),
    drop: (name) => ({ method: 'DELETE', path: at(name), body: undefined }),
    named: (name) => document.apply(editsFor(name, found)),
  };
}

function editsFor(name: string, found: readonly (readonly [string, string])[]): readonly JsonEdit[] {
  return [
    ...found.map(([, key]): JsonEdit => ({ op: 'remove', path: [key] })),
    { op: 'set', path: [], key: 'cachedContent', value: name },
  ];
}

function readKept(body: string): ReturnType<PrefixKeeping['readKept']> {
  const { name, usageMetadata }: Readonly<Record<string, JsonValue | undefined>> = asObject(parseJson(body));
  const tokens = countOf(asObject(usageMetadata)['totalTokenCount']);
  return NAME.test(textOf(name)) && tokens !== undefined ? { name: textOf(name), tokens } : undefined;
}

/** Those that are gone are "not found (or permission denied)". */
function isRefused(status: number, body: string): boolean {
  return (status === 400 || status === 403 || status === 404) && /cached_?\s?content/i.test(body);
}
