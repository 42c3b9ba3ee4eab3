import { expect, test } from 'vitest';
import { o200k } from '../tokenizers/o200k.ts';
import { RETRIEVAL_TOOL } from './tool.ts';

test('the tool costs a request at most 80 tokens, in whichever shape an API wants it', () => {
  const { name, description, parameters } = RETRIEVAL_TOOL;
  const shapes = [
    { name, description, input_schema: parameters },
    { name, description, parameters },
    { type: 'function', function: { name, description, parameters } },
  ];
  for (const shape of shapes) expect(o200k.count(JSON.stringify(shape))).toBeLessThanOrEqual(80);
});
