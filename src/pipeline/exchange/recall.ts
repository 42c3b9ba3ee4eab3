/** Answers that a client asks for later by an id that its provider knows for a part of them only. */
import type { JsonDocument, JsonEdit } from '../../core/json/document.ts';
import type { KeptAnswer, KeptAnswers } from '../../core/kept-answers.ts';
import type { WireFormat } from '../../core/wire-format.ts';
import { RETRIEVAL_TOOL } from '../../retrieval/tool.ts';

export interface Recalled {
  /** What is asked of the upstream. */
  readonly path: string;
  readonly rewrite: (document: JsonDocument) => readonly JsonEdit[];
  /** Hops that nobody else can delete. */
  readonly otherPaths: readonly string[];
}

export type Asked = NonNullable<ReturnType<KeptAnswers['read']>> & { readonly by: KeptAnswers };

/** Undefined for a path that asks for no such answer. */
export function askedFor(path: string, formats: readonly WireFormat[]): Asked | undefined {
  for (const { kept } of formats) {
    const asked = kept?.read(path);
    if (asked) return { ...asked, by: kept! };
  }
  return undefined;
}

export function recalled({ id, isInput, by }: Asked, answer: KeptAnswer, path: string): Recalled {
  if (isInput) return { path, rewrite: (document) => by.showInput(RETRIEVAL_TOOL.name, document), otherPaths: [] };
  const [last = id, ...others] = answer.hops.toReversed();
  const at = (hop: string): string => path.replace(`/${id}`, () => `/${encodeURIComponent(hop)}`);
  return { path: at(last), rewrite: (document) => by.show(answer, document), otherPaths: others.map(at) };
}
