/**
 * Gives each live tool result to the compressor that claims it most surely, before or after saying by reference what
 * stands earlier in the conversation, whichever is shorter. It believes no lossless form unread.
 */
import type { Compressed, CompressOptions, Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { DeadlineExceeded } from '../core/deadline.ts';
import type { Edit } from '../core/edit.ts';
import { Sample } from '../core/sample.ts';
import type { Plan, Refusal, Transform, TransformContext } from '../core/transform.ts';
import { EarlierTexts } from './earlier-texts.ts';
import { foldRepeats, unfoldRepeats } from './repeats.ts';

/** Below this a result has too few tokens for any form to be worth reading. */
const MIN_CHARS = 200;
const MIN_CLAIM = 0.5;

export function contentRouter(compressors: readonly Compressor[]): Transform {
  return {
    name: 'content-router',
    *plan(conversation: Conversation, context: TransformContext): Plan {
      const results = conversation.parts.filter((part) => part.kind === 'tool-result');
      const firstLive = results.findIndex(isWorthALook);
      const earlier = new EarlierTexts(conversation);
      for (const [index, part] of results.entries()) {
        let text = part.text;
        if (firstLive >= 0) earlier.addCall(part);
        if (!part.frozen) {
          const accepted = yield route(
            part,
            compressors,
            conversation.keepsResults ? earlier : NOTHING_EARLIER,
            context,
          );
          if (accepted?.kind === 'rewrite') text = accepted.text;
        }
        if (firstLive >= 0 && index < results.length - 1) earlier.addResult(part, text);
      }
    },
  };
}

const NOTHING_EARLIER = new EarlierTexts({ showsInputs: false });

function isWorthALook(part: Part): boolean {
  return !part.frozen && part.text.length >= MIN_CHARS;
}

interface Form extends Compressed {
  readonly by: string;
}

function route(
  part: Part,
  compressors: readonly Compressor[],
  earlier: EarlierTexts,
  context: TransformContext,
): Edit | Refusal {
  const refuse = (by: string, reason: string): Refusal => ({ kind: 'refusal', part: part.index, by, reason });
  if (part.text.length < MIN_CHARS) return refuse('content-router', `under ${MIN_CHARS} characters`);
  try {
    context.deadline.check();
    const plain = compressed(part.text, part, compressors, context);
    const folded = foldRepeats(part.text, earlier);
    const forms = 'reason' in plain ? [] : [plain];
    if (folded !== undefined && unfoldRepeats(folded, earlier) === part.text) {
      const further = compressed(folded, part, compressors, context);
      forms.push(
        'reason' in further
          ? { text: folded, loss: 'none', by: 'repeats' }
          : { ...further, by: `repeats, ${further.by}` },
      );
    }
    const best = shortest(forms, context);
    return best ? { kind: 'rewrite', part, ...best } : refuse((plain as Failure).by, (plain as Failure).reason);
  } catch (error) {
    if (error instanceof DeadlineExceeded) return refuse('content-router', `deadline: ${error.message}`);
    return refuse('content-router', `failed: ${String(error)}`);
  }
}

function shortest(forms: readonly Form[], { tokenizer }: TransformContext): Form | undefined {
  if (forms.length < 2) return forms[0];
  return forms.map((form) => ({ form, tokens: tokenizer.count(form.text) })).sort((a, b) => a.tokens - b.tokens)[0]!
    .form;
}

interface Failure {
  readonly by: string;
  readonly reason: string;
}

function compressed(
  text: string,
  part: Part,
  compressors: readonly Compressor[],
  context: TransformContext,
): Form | Failure {
  const options: CompressOptions = {
    level: levelFor(part, context.policy.level, context.policy.allowLoss),
    call: part.call,
    tokens: context.tokenizer,
    deadline: context.deadline,
  };
  let failure: Failure = { by: 'content-router', reason: 'no compressor claims it' };
  for (const compressor of claimants(compressors, new Sample(text))) {
    const form = compressor.compress(text, options);
    if (!form) failure = { by: compressor.name, reason: 'nothing to save in it' };
    else if (!isFaithful(compressor, text, form)) failure = { by: compressor.name, reason: 'form did not read back' };
    else return { ...form, by: compressor.name };
  }
  return failure;
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
