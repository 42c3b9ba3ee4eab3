import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonDocument } from '../../core/json/document.ts';
import type { KeepablePrefix } from '../../core/prefix-keeping.ts';
import { keeping } from './keeping.ts';

const PATH = '/v1beta/models/gemini-2.5-pro:generateContent';

function prefixOf(text: string, path = PATH): KeepablePrefix | undefined {
  return keeping.prefixOf(JsonDocument.parse(Buffer.from(text)), path);
}

const named = (text: string): string => Buffer.from(prefixOf(text)!.named('cachedContents/n')).toString();

describe('the prefix of a Gemini request', () => {
  test.each([
    ['{"contents":[],"system_instruction":{"parts":[]}}', '{"contents":[],"cachedContent":"cachedContents/n"}'],
    ['{"tools":[{}],"contents":[]}', '{"contents":[],"cachedContent":"cachedContents/n"}'],
    [
      '{"tools":[{}],"contents":[1],"tool_config":{},"a":1e2}',
      '{"contents":[1],"a":1e2,"cachedContent":"cachedContents/n"}',
    ],
    ['{"tools":null,"contents":[],"toolConfig":{}}', '{"tools":null,"contents":[],"cachedContent":"cachedContents/n"}'],
  ])('%s has its name in its place', (text, expected) => {
    expect(named(text)).toBe(expected);
  });

  test('is the same whatever the client calls it and wherever it stands, and another for another model or key of the API', () => {
    const texts = [
      '{"tools":[{}],"system_instruction":"a","contents":[]}',
      '{"contents":[2],"systemInstruction":"a", "tools":[{}]}',
    ];
    const [one, two] = texts.map((text) => prefixOf(text)!);
    expect(one!.identity).toBe(two!.identity);
    expect(one!.keep(60).body).toBe(
      '{"model":"models/gemini-2.5-pro","systemInstruction":"a","tools":[{}],"ttl":"60s"}',
    );
    const others = [PATH.replace('pro', 'flash'), PATH.replace('v1beta', 'v1'), `/elsewhere${PATH}`];
    expect(new Set([one, ...others.map((path) => prefixOf(texts[0]!, path))].map((all) => all!.identity)).size).toBe(4);
  });

  test('is asked for where the request goes, with its key and nothing else of its query', () => {
    const prefix = prefixOf('{"contents":[],"tools":[{}]}', `/x${PATH.replace(':g', ':streamG')}?alt=sse&key=k1&a=b`)!;
    expect(prefix.keep(90)).toMatchObject({ method: 'POST', path: '/x/v1beta/cachedContents?key=k1' });
    expect(prefix.renew('cachedContents/n', 90)).toEqual({
      method: 'PATCH',
      path: '/x/v1beta/cachedContents/n?key=k1',
      body: '{"ttl":"90s"}',
    });
    expect(prefix.drop('cachedContents/n')).toMatchObject({
      method: 'DELETE',
      path: '/x/v1beta/cachedContents/n?key=k1',
    });
  });

  test.each([
    ['there is nothing to keep', '{"contents":[]}', PATH],
    ['the client names one', '{"contents":[],"tools":[{}],"cached_content":"cachedContents/x"}', PATH],
    ['the client says that it names none', '{"contents":[],"tools":[{}],"cachedContent":null}', PATH],
    ['there are no contents', '{"tools":[{}]}', PATH],
    [
      'it is Vertex AI',
      '{"contents":[],"tools":[{}]}',
      '/v1/projects/p/locations/l/publishers/google/models/m:generateContent',
    ],
    ['it is Cloud Code', '{"request":{"contents":[],"tools":[{}]}}', '/v1internal:generateContent'],
    ['it is a count', '{"contents":[],"tools":[{}]}', '/v1beta/models/m:countTokens'],
  ])('is none where %s', (_why, text, path) => {
    expect(prefixOf(text, path)).toBe(undefined);
  });

  test('is not there for a request that says a key twice: it could not be edited', () => {
    expect(() => prefixOf('{"tools":[{}],"tools":[1],"contents":[]}')).toThrow(RangeError);
  });

  test('with the rest is the whole request again, for every request there may be', () => {
    const value = fc.jsonValue();
    const keys = fc.constantFrom('systemInstruction', 'tools', 'toolConfig', 'generationConfig', 'safetySettings');
    fc.assert(
      fc.property(fc.dictionary(keys, value), fc.array(value), fc.constantFrom(0, 2), (rest, contents, indent) => {
        const text = JSON.stringify({ ...rest, contents }, undefined, indent);
        const prefix = prefixOf(text);
        if (!prefix) return;
        const { cachedContent, ...left } = JSON.parse(named(text)) as Record<string, unknown>;
        const { model: _, ttl: __, ...kept } = JSON.parse(prefix.keep(1).body!) as Record<string, unknown>;
        expect(cachedContent).toBe('cachedContents/n');
        expect({ ...left, ...kept }).toEqual(JSON.parse(text));
        expect(named(text)).toBe(named(text));
      }),
    );
  });
});

test.each([
  [403, 'CachedContent not found (or permission denied)', true],
  [400, 'Cached content cachedContents/1 is expired.', true],
  [404, '"field": "cached_content"', true],
  [400, 'Request contains an invalid argument.', false],
  [429, 'Quota exceeded for cachedContents', false],
  [500, 'cachedContent', false],
])('a refusal %s that says “%s” is one of the name: %s', (status, body, expected) => {
  expect(keeping.isRefused(status, body)).toBe(expected);
});

test.each([
  [
    '{"name":"cachedContents/a-1","usageMetadata":{"totalTokenCount":4500}}',
    { name: 'cachedContents/a-1', tokens: 4500 },
  ],
  ['{"name":"cachedContents/../x","usageMetadata":{"totalTokenCount":4500}}', undefined],
  ['{"name":"cachedContents/a"}', undefined],
  ['<html>', undefined],
])('%s says what is kept', (body, expected) => {
  expect(keeping.readKept(body)).toEqual(expected);
});
