/** Answers that the provider keeps, as clients ask for them later: what was hidden in them is hidden then too. */
import type { KeptAnswers } from '../../core/kept-answers.ts';
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import { asArray, asObject } from '../../core/json/value.ts';
import { isRetrievalTool } from '../../core/retrieval-name.ts';
import { withoutEcho } from './echo.ts';
import { isCallOf } from './output.ts';
import { isOutput } from './items.ts';

/** Base paths as in format.ts. */
const PATH =
  /^(?:(?:\/v1){0,2}|\/openai(?:\/v1)?|\/(?:backend-api\/)?codex)\/responses\/(?<id>[^/]+)(?<rest>\/cancel|\/input_items)?$/;

export const kept: KeptAnswers = {
  read(path) {
    const { id, rest } = PATH.exec(path)?.groups ?? {};
    // What an answer was asked with stands with its first hop, which has the id that the client knows.
    return id === undefined ? undefined : { id, isInput: rest === '/input_items' };
  },

  show({ id, output }, { value }: JsonDocument) {
    const response = asObject(value);
    // Whoever has such a tool of his own is never offered ours, and no answer of his is known here.
    const edits = [...withoutEcho(response, [], (name) => typeof name === 'string' && isRetrievalTool(name))];
    if (typeof response['id'] === 'string') edits.push({ op: 'replace', path: ['id'], value: id });
    if (output && Array.isArray(response['output'])) edits.push({ op: 'replace', path: ['output'], value: output });
    return edits;
  },

  showInput(toolName, { value }: JsonDocument) {
    const items = asArray(asObject(value)['data']).map(asObject);
    const calls = new Set(items.filter((item) => isCallOf(item, toolName)).map(({ call_id: call }) => call));
    return items.flatMap((item, index): readonly JsonEdit[] => {
      const isHidden = isCallOf(item, toolName) || (isOutput(item) && calls.has(item['call_id']));
      return isHidden ? [{ op: 'remove', path: ['data', index] }] : [];
    });
  },
};
