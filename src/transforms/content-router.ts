/**
 * Gives each live tool result to the compressor that claims it most surely, before or after saying by reference what
 * stands earlier in the conversation, whichever is shorter. It believes no lossless form unread.
 */
import { prefersView } from '../core/choose-form.ts';
import { claimants } from '../core/claimants.ts';
import type { Compressed, CompressOptions, Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part } from '../core/conversation.ts';
import { DeadlineExceeded } from '../core/deadline.ts';
import type { Edit } from '../core/edit.ts';
import { Sample } from '../core/sample.ts';
import type { Plan, Refusal, Transform, TransformContext } from '../core/transform.ts';
import { EarlierTexts } from './earlier-texts.ts';
import { type LevelFor, levelsFor } from './levels.ts';
import { foldRepeats, unfoldRepeats } from './repeats.ts';

/** Below this a result has too few tokens for any form to be worth reading. */
const MIN_CHARS = 200;
/** What one kind can say in full, another that claims it so much less surely does not know what to leave out of. */
const MAX_DOUBT = 0.25;
/** Shorter lossless forms, and those of a smaller share, are good enough: views are not worth asking for. */
const MIN_VIEWED_CHARS = 1_200;
const MAX_GOOD_SHARE = 0.15;

export function contentRouter(compressors: readonly Compressor[]): Transform {
  return {
    name: 'content-router',
    *plan(conversation: Conversation, context: TransformContext): Plan {
      const results = conversation.parts.filter((part) => part.kind === 'tool-result');
      const live = results.filter(isWorthALook).map(({ text }) => text);
      const earlier = new EarlierTexts(conversation, live);
      for (const [index, part] of results.entries()) {
        let text = part.text;
        if (live.length > 0) earlier.addCall(part);
        if (!part.frozen) {
          const levels = levelsFor(part, context.policy, conversation, context.importance);
          const before = conversation.keepsResults ? earlier : NOTHING_EARLIER;
          const accepted = yield* propose(part, compressors, levels, before, context);
          if (accepted?.kind === 'rewrite') text = accepted.text;
        }
        if (live.length > 0 && index < results.length - 1) earlier.addResult(part, text, part.source);
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
  readonly level: Level;
}

const LOSSLESS: LevelFor = () => 'lossless';

/** The best form; where its loss is not accepted, the best that loses nothing. */
function* propose(
  part: Part,
  compressors: readonly Compressor[],
  levels: LevelFor | undefined,
  earlier: EarlierTexts,
  context: TransformContext,
): Generator<Edit | Refusal, Edit | undefined, Edit | undefined> {
  if (!levels) return yield refusal(part, 'content-router', 'off for this tool');
  const edit = route(part, compressors, levels, earlier, context);
  const accepted = yield edit;
  if (accepted || edit.kind !== 'rewrite' || edit.loss === 'none') return accepted;
  return yield route(part, compressors, LOSSLESS, earlier, context);
}

function refusal({ index }: Part, by: string, reason: string): Refusal {
  return { kind: 'refusal', part: index, by, reason };
}

function route(
  part: Part,
  compressors: readonly Compressor[],
  levels: LevelFor,
  earlier: EarlierTexts,
  context: TransformContext,
): Edit | Refusal {
  if (part.text.length < MIN_CHARS) return refusal(part, 'content-router', `under ${MIN_CHARS} characters`);
  const compress = (text: string): readonly Form[] | Failure => compressed(text, part, compressors, levels, context);
  try {
    context.deadline.check();
    const plain = compress(part.text);
    const folded = foldRepeats(part.text, earlier);
    const forms: Form[] = 'reason' in plain ? [] : [...plain];
    if (folded !== undefined && unfoldRepeats(folded, earlier) === part.text) {
      const further = compress(folded);
      const all = 'reason' in further ? [] : further;
      if (!all.some(({ loss }) => loss === 'none'))
        forms.push({ text: folded, loss: 'none', by: 'repeats', level: 'lossless' });
      forms.push(...all.map((form) => ({ ...form, by: `repeats, ${form.by}` })));
    }
    const best = bestOf(forms, part, context);
    return best ? { kind: 'rewrite', part, ...best } : refusal(part, (plain as Failure).by, (plain as Failure).reason);
  } catch (error) {
    if (error instanceof DeadlineExceeded) return refusal(part, 'content-router', `deadline: ${error.message}`);
    return refusal(part, 'content-router', `failed: ${String(error)}`);
  }
}

/** The form of the fewest tokens; a view only where it is so much shorter than the best lossless form. */
function bestOf(forms: readonly Form[], { text }: Part, { tokenizer }: TransformContext): Form | undefined {
  if (forms.length < 2) return forms[0];
  const counted = forms
    .map((form) => ({ form, tokens: tokenizer.count(form.text) }))
    .sort((a, b) => a.tokens - b.tokens);
  const lossless = counted.find(({ form }) => form.loss === 'none');
  const view = counted.find(({ form }) => form.loss !== 'none');
  if (!lossless || !view) return counted[0]!.form;
  const isView = prefersView(tokenizer.count(text), lossless.tokens, view.tokens, view.form.level);
  return isView ? view.form : lossless.form;
}

interface Failure {
  readonly by: string;
  readonly reason: string;
}

function compressed(
  text: string,
  part: Part,
  compressors: readonly Compressor[],
  levels: LevelFor,
  context: TransformContext,
): readonly Form[] | Failure {
  const options = optionsFor(part, context);
  let failure: Failure = { by: 'content-router', reason: 'no compressor claims it' };
  const forms: Form[] = [];
  let leastClaim = 0;
  for (const { kind: compressor, claim } of claimants(compressors, new Sample(text))) {
    if (claim < leastClaim) break;
    const level = levels(compressor);
    if (forms.length > 0 && level === 'lossless') continue;
    const form = formBy(compressor, text, { ...options, level });
    if (!form) failure = { by: compressor.name, reason: 'nothing to save in it' };
    else if (!isFaithful(compressor, text, form)) failure = { by: compressor.name, reason: 'form did not read back' };
    else if (form.loss !== 'none' || forms.length === 0) forms.push({ ...form, by: compressor.name, level });
    if (forms.length === 0) continue;
    // What one kind can only say in full, another may say in a view.
    if (form?.loss === 'recoverable' || !isLong(forms[0]!, text)) break;
    leastClaim ||= claim - MAX_DOUBT;
  }
  return forms.length > 0 ? forms : failure;
}

function optionsFor({ call }: Part, context: TransformContext): Omit<CompressOptions, 'level'> {
  return {
    call,
    importance: context.importance?.forTool(call?.name ?? ''),
    responseFormat: context.policy.responseFormat,
    tokens: context.tokenizer,
    deadline: context.deadline,
  };
}

/** What is too much for the little that `aggressive` leaves may still be seen as `balanced` sees it. */
function formBy(compressor: Compressor, text: string, options: CompressOptions): Compressed | undefined {
  const form = compressor.compress(text, options);
  if (options.level !== 'aggressive' || form?.loss === 'recoverable') return form;
  const milder = compressor.compress(text, { ...options, level: 'balanced' });
  return milder?.loss === 'recoverable' ? milder : form;
}

/** A lossless form that leaves so much may not be the best there is. */
function isLong(form: Form, text: string): boolean {
  return form.text.length >= MIN_VIEWED_CHARS && form.text.length > text.length * MAX_GOOD_SHARE;
}

function isFaithful(compressor: Compressor, source: string, { text, loss }: Compressed): boolean {
  if (loss !== 'none') return true;
  const expanded = compressor.expand(text);
  return expanded !== undefined && compressor.same(source, expanded);
}
