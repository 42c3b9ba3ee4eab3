/** Message Batches: a list of requests, each with a name of the client's and a Messages API body. */
import { asArray, asObject, isJsonObject, type JsonPath, type JsonValue } from '../../core/json/value.ts';

export function bodiesIn(batch: JsonValue): readonly JsonPath[] {
  return asArray(asObject(batch)['requests']).flatMap((request, index) =>
    isJsonObject(asObject(request)['params']) ? [['requests', index, 'params']] : [],
  );
}
