import { describe, expect, test } from 'vitest';
import { compressors } from '../compressors/index.ts';
import { formats } from '../formats/index.ts';
import { openStores } from '../stores/index.ts';
import { o200k } from '../tokenizers/o200k.ts';
import { contentRouter } from '../transforms/content-router.ts';
import { createEngine, type Engine } from './engine.ts';
import { observationPattern } from './observations.ts';

const ROWS = Array.from({ length: 80 }, (_, n) => ({ id: n, name: `part ${n % 7}`, state: 'ready', error: null }));
const OBSERVATION = `OBSERVATION:\n${JSON.stringify(ROWS, undefined, 2)}`;
const ACTION = { role: 'assistant', content: 'I run the tests.\n```bash\npytest -q -rA\n```' };

function engineWith(pattern: string | undefined): Engine {
  return createEngine({
    formats,
    transforms: [contentRouter(compressors)],
    tokenizer: o200k,
    stores: openStores({ path: undefined, warn: () => undefined }),
    level: 'balanced',
    tools: [],
    allowLoss: false,
    offersTool: true,
    observations: pattern === undefined ? undefined : observationPattern(pattern),
    deadlineMs: 10_000,
  });
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text: string }[];
}

function sent(engine: Engine, messages: readonly Message[], format = 'openai-chat'): readonly Message[] {
  const body = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const verdict = engine.run({ body, format, tenant: 't', intent: 'send' });
  expect(verdict.problem).toBeUndefined();
  return JSON.parse(Buffer.from(verdict.body ?? body).toString()).messages;
}

describe('a turn of the user that is the output of a call in text', () => {
  const messages = [{ role: 'user', content: 'fix it' }, ACTION, { role: 'user', content: OBSERVATION }];

  test('gets shorter where the operator said how such turns begin, and only there', () => {
    expect(sent(engineWith(undefined), messages)).toEqual(messages);
    expect(sent(engineWith('RESULT'), messages)).toEqual(messages);
    const [first, second, third] = sent(engineWith('OBSERVATION:|RESULT'), messages);
    expect([first, second]).toEqual(messages.slice(0, 2));
    expect(third!.content.length).toBeLessThan(OBSERVATION.length / 2);
  });

  test('goes out the same in every later request', () => {
    const engine = engineWith('OBSERVATION:');
    const once = sent(engine, messages);
    const later = [...messages, ACTION, { role: 'user', content: `${OBSERVATION}\nagain` }];
    expect(sent(engine, later).slice(0, 3)).toEqual(once);
  });

  test('as a block of a message too, over Messages', () => {
    const blocks = messages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] }));
    const [, , third] = sent(engineWith('OBSERVATION:'), blocks, 'anthropic-messages');
    expect((third!.content[0] as { text: string }).text.length).toBeLessThan(OBSERVATION.length / 2);
  });

  test.each([
    ['a person’s own words', [{ role: 'user', content: OBSERVATION }]],
    ['words that only quote one', [ACTION, { role: 'user', content: `Look: ${OBSERVATION}` }]],
    [
      'what the model says',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: OBSERVATION },
      ],
    ],
  ])('is not %s', (_name, others) => {
    expect(sent(engineWith('OBSERVATION:'), others)).toEqual(others);
  });
});
