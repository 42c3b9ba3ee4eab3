/** Batches whose requests stand in the body; those that name a file say nothing that could be read. */
import { asObject, isJsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';
import { itemsOf, keyIn, spellings } from './request.ts';

const INPUT_CONFIG = spellings('inputConfig');

export function bodiesIn(body: JsonValue): readonly JsonPath[] {
  const batch = asObject(asObject(body)['batch']);
  const config = keyIn(batch, INPUT_CONFIG);
  const { requests } = asObject(asObject(batch[config])['requests']);
  return itemsOf(requests, ['batch', config, 'requests', 'requests']).flatMap(([item, path]) =>
    isJsonObject(asObject(item)['request']) ? [[...path, 'request']] : [],
  );
}
