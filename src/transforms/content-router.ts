/** Gives each live tool result to the compressor that claims it most surely, and believes no lossless form unread. */
import type { CompressOptions, Compressed, Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { DeadlineExceeded } from '../core/deadline.ts';
import type { Edit } from '../core/edit.ts';
import { Sample } from '../core/sample.ts';
import type { Refusal, Transform, TransformContext } from '../core/transform.ts';

/** Below this a result has too few tokens for any form to be worth reading. */
const MIN_CHARS = 200;
const MIN_CLAIM = 0.5;

export function contentRouter(compressors: readonly Compressor[]): Transform {
  return {
    name: 'content-router',
    plan(conversation: Conversation, context: TransformContext): readonly (Edit | Refusal)[] {
      const live = conversation.parts.filter((part) => part.kind === 'tool-result' && !part.frozen);
      return live.map((part) => route(part, compressors, context));
    },
  };
}

function route(part: Part, compressors: readonly Compressor[], context: TransformContext): Edit | Refusal {
  const refuse = (by: string, reason: string): Refusal => ({ kind: 'refusal', part: part.index, by, reason });
  if (part.text.length < MIN_CHARS) return refuse('content-router', `under ${MIN_CHARS} characters`);
  const options: CompressOptions = {
    level: levelFor(part, context.policy.level, context.policy.allowLoss),
    call: part.call,
    tokens: context.tokenizer,
    deadline: context.deadline,
  };
  let refusal = refuse('content-router', 'no compressor claims it');
  try {
    context.deadline.check();
    for (const compressor of claimants(compressors, new Sample(part.text))) {
      const compressed = compressor.compress(part.text, options);
      if (!compressed) refusal = refuse(compressor.name, 'nothing to save in it');
      else if (!isFaithful(compressor, part.text, compressed)) refusal = refuse(compressor.name, 'form did not read back');
      else return { kind: 'rewrite', part, ...compressed, by: compressor.name };
    }
    return refusal;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return refuse('content-router', `deadline: ${error.message}`);
    return refuse('content-router', `failed: ${String(error)}`);
  }
}

/** Failed results and parts without a way back take lossless forms only. */
function levelFor(part: Part, level: Level, allowLoss: boolean): Level {
  return allowLoss && !part.isError ? level : 'lossless';
}

function claimants(compressors: readonly Compressor[], sample: Sample): readonly Compressor[] {
  return compressors
    .map((compressor) => ({ compressor, claim: compressor.claim(sample) }))
    .filter(({ claim }) => claim >= MIN_CLAIM)
    .sort((a, b) => b.claim - a.claim)
    .map(({ compressor }) => compressor);
}

function isFaithful(compressor: Compressor, source: string, { text, loss }: Compressed): boolean {
  if (loss !== 'none') return true;
  const expanded = compressor.expand(text);
  return expanded !== undefined && compressor.same(source, expanded);
}
