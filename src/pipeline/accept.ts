/** The one gate that every edit passes: what is promised is kept, and nothing grows. */
import type { Edit, Rewrite } from '../core/edit.ts';
import { hashOf } from '../core/hash.ts';
import { JsonDocument } from '../core/json/document.ts';
import { isJsonObject } from '../core/json/value.ts';
import { writeMarker } from '../core/marker.ts';
import type { OptimizeContext } from './context.ts';

/** A rewrite that saves less than this is not worth a changed text: at least so much, and a share unless it is plenty. */
const MIN_SAVED_TOKENS = 8;
const MIN_SAVED_SHARE = 0.03;
const PLENTY_TOKENS = 64;

export interface Accepted {
  readonly edit: Edit;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** The edit as it will be written, or why it is refused. */
export function accept(edit: Edit, context: OptimizeContext): Accepted | string {
  switch (edit.kind) {
    case 'add-tool':
      return context.policy.allowTools ? { edit, tokensBefore: 0, tokensAfter: 0 } : 'policy: no tools';
    case 'rewrite-call':
      return 'only to make a conversation fit';
    case 'align':
      return context.policy.align ? { edit, tokensBefore: 0, tokensAfter: 0 } : 'policy: nothing is aligned';
    case 'rewrite':
      return acceptRewrite(edit, context);
  }
}

function acceptRewrite(edit: Rewrite, context: OptimizeContext): Accepted | string {
  const { part, loss } = edit;
  if (part.frozen) return 'frozen';
  if (part.kind !== 'tool-result') return 'not a tool result';
  if (loss === 'recoverable' && !context.policy.allowLoss) return 'policy: no loss';
  const { tokenizer } = context;
  const tokensBefore = tokenizer.count(part.source);
  const kept = keepOriginal(edit, context);
  if (kept === undefined && loss === 'recoverable') return 'original could not be kept';
  const text = loss === 'none' ? edit.text : marked(edit.text, writeMarker(kept!), context.policy);
  if (text === undefined) return 'no place for a marker in this JSON';
  const tokensAfter = tokenizer.count(text);
  const saved = tokensBefore - tokensAfter;
  if (saved < Math.max(MIN_SAVED_TOKENS, Math.min(PLENTY_TOKENS, tokensBefore * MIN_SAVED_SHARE))) {
    return `not worth it: ${tokensBefore} tokens before, ${tokensAfter} after`;
  }
  return { edit: { ...edit, text }, tokensBefore, tokensAfter };
}

/** Lossless forms are kept too, for whoever wants the exact bytes; there a full disk costs nothing but that. */
function keepOriginal({ part, loss }: Rewrite, { originals, isSent }: OptimizeContext): string | undefined {
  if (!isSent) return loss === 'none' ? undefined : hashOf(part.source);
  try {
    return originals.put(part.source);
  } catch {
    return undefined;
  }
}

/** A view with its handle: on a line of its own, or where JSON must stay JSON in the member that speaks of the view. */
function marked(text: string, marker: string, { responseFormat }: OptimizeContext['policy']): string | undefined {
  if (responseFormat === undefined) return `${text}\n${marker}`;
  const document = JsonDocument.parse(Buffer.from(text));
  if (!isJsonObject(document.value) || !isJsonObject(document.value['_headroom'])) return undefined;
  const bytes = document.apply([{ op: 'set', path: ['_headroom'], key: 'original', value: marker }]);
  return Buffer.from(bytes).toString();
}
