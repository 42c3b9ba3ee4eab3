import { describe, expect, test } from 'vitest';
import type { JsonPath, JsonValue } from '../core/json/value.ts';
import { formats } from './index.ts';

type Shape = [what: string, batch: JsonValue, bodies: readonly JsonPath[]];

const BODIES: Readonly<Record<string, readonly Shape[]>> = {
  'anthropic-messages': [
    [
      'requests with params',
      {
        requests: [
          { custom_id: 'a', params: {} },
          { params: { messages: [] }, custom_id: 'b' },
        ],
      },
      [
        ['requests', 0, 'params'],
        ['requests', 1, 'params'],
      ],
    ],
    [
      'good ones among others',
      { requests: [null, 7, [], {}, { params: 'x' }, { params: [] }, { params: { a: 1 } }] },
      [['requests', 6, 'params']],
    ],
    ['requests that are no list', { requests: { 0: { params: {} } } }, []],
    ['one request', { model: 'm', messages: [] }, []],
    ['null', null, []],
  ],
  gemini: [
    [
      'requests in either spelling',
      {
        batch: {
          display_name: 'x',
          input_config: { requests: { requests: [{ request: { contents: [] }, metadata: { key: 'a' } }] } },
        },
      },
      [['batch', 'input_config', 'requests', 'requests', 0, 'request']],
    ],
    [
      'good ones among others',
      {
        batch: {
          inputConfig: { requests: { requests: [{ request: {} }, null, { request: 1 }, { request: { a: 1 } }] } },
        },
      },
      [
        ['batch', 'inputConfig', 'requests', 'requests', 0, 'request'],
        ['batch', 'inputConfig', 'requests', 'requests', 3, 'request'],
      ],
    ],
    [
      'a request alone',
      { batch: { inputConfig: { requests: { requests: { request: {} } } } } },
      [['batch', 'inputConfig', 'requests', 'requests', 'request']],
    ],
    ['a file', { batch: { input_config: { file_name: 'files/123' } } }, []],
    ['requests that are no list', { batch: { inputConfig: { requests: { requests: 'x' } } } }, []],
    ['one request', { contents: [] }, []],
    ['null', null, []],
  ],
};

describe.each(formats.flatMap(({ name, batch }) => (batch ? [{ name, batch }] : [])))(
  'a batch of $name',
  ({ name, batch }) => {
    test.each(BODIES[name]!)('has the bodies of its requests where it says: %s', (_, value, bodies) => {
      expect(batch.bodiesIn(value)).toEqual(bodies);
    });
  },
);

test('the paths of batches are nobody’s paths of single requests, and each is one format’s', () => {
  const table = [
    ['/v1/messages/batches', 'anthropic-messages', '/v1/messages/batches'],
    ['/messages/batches', 'anthropic-messages', '/v1/messages/batches'],
    ['/v1/messages/batches/msgbatch_1', undefined, undefined],
    ['/v1/messages/batches/msgbatch_1/results', undefined, undefined],
    ['/v1/batches', undefined, undefined],
    ['/v1beta/models/g-3:batchGenerateContent', 'gemini', '/v1beta/models/g-3:batchGenerateContent'],
    ['/v1beta/v1/models/g:batchGenerateContent', 'gemini', '/v1/models/g:batchGenerateContent'],
    ['/models/g:batchGenerateContent', 'gemini', '/v1beta/models/g:batchGenerateContent'],
    ['/v1beta/models/g:batchEmbedContents', undefined, undefined],
    ['/v1beta/batches/b-1', undefined, undefined],
    ['/v1/projects/p/locations/l/batchPredictionJobs', undefined, undefined],
  ] as const;
  for (const [path, name, upstream] of table) {
    const found = formats.flatMap(({ batch, ...format }) =>
      (batch?.paths ?? []).filter(({ pattern }) => pattern.test(path)).map((wire) => ({ name: format.name, ...wire })),
    );
    expect(found.map((one) => one.name)).toEqual(name === undefined ? [] : [name]);
    expect(found[0] && path.replace(found[0].pattern, found[0].upstream)).toBe(upstream);
    expect(formats.some(({ paths }) => paths.some(({ pattern }) => pattern.test(path)))).toBe(false);
  }
});
