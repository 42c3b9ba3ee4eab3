/** The worker thread of pool.ts: one engine, one job at a time. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openEngine, prepareEngine, prepareTokenizers, tokenizer, type EngineOptions } from './defaults.ts';
import { sharedBytes } from '../core/shared-bytes.ts';
import { freeze } from './restraint.ts';
import type { Advance } from './advance.ts';
import type { Answer, FromWorker, Question, ToWorker } from './pool.ts';

/** The main thread, which moves everybody's bytes, goes first. Elsewhere than on Linux this would slow the whole process. */
const NICENESS = 10;
if (process.platform === 'linux') setPriority(NICENESS);

/** A request of a shape that a format here knows. */
const WARMING = {
  model: 'm',
  system: 'warm',
  tools: [{ name: 't', input_schema: { type: 'object' } }],
  messages: [
    { role: 'user', content: 'warm' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 't', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'warm\n'.repeat(60) }] },
  ],
};

const port = parentPort!;
const reply = (message: FromWorker): void => port.postMessage(message);
const options = workerData as EngineOptions;
const warn = (warning: string): void => reply({ kind: 'warning', warning });
// Before the first job: two counts of one model in one process would be one too many.
const tokenizers = options.vocabularies?.length ? await prepareTokenizers(options).catch(without) : undefined;
const engine = openEngine(options, warn, { tokenizers });

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'job': {
      const verdict = message.isReplay ? engine.replay(message.job) : engine.run(message.job);
      reply({ kind: 'verdict', verdict: { ...verdict, body: verdict.body && sharedBytes([verdict.body]) } });
      return;
    }
    case 'ask':
      reply({ kind: 'answer', id: message.id, answer: answerTo(message.question) });
      return;
    case 'close':
      engine.close();
      port.close();
  }
});
await prepareEngine(options).catch(without);
reply({ kind: 'ready' });
// The first request would wait for the vocabulary, and for all code that was never run.
tokenizer.count('warm');
engine.run({ body: Buffer.from(JSON.stringify(WARMING)), format: undefined, tenant: '', intent: 'ask' });

function without({ message }: Error): undefined {
  warn(message);
}

function answerTo(question: Question): Answer {
  try {
    if (question.about === 'freeze') return freezeIn(question);
    if (question.about === 'status') return { status: engine.stores.status() };
    if (question.about === 'hop') return { advance: shared(engine.advance(question.step)) };
    if (question.about === 'kept') return { kept: engine.kept(question) };
    if (question.about === 'mending') return { body: engine.mend(question.mending) };
    return { text: engine.stores.originals(question.tenant).get(question.key) };
  } catch {
    return {};
  }
}

function freezeIn({ tenant, conversation }: { readonly tenant: string; readonly conversation: string }): Answer {
  freeze(conversation, { tenant, sentLog: engine.stores.sentLog(tenant) });
  return {};
}

function shared(advance: Advance): Advance {
  return { ...advance, body: advance.body && sharedBytes([advance.body]) };
}
