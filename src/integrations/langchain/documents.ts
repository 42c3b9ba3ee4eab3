/**
 * The documents of a retriever that say something about the question: by BM25 over those that were found, few of them
 * saying the same, and each as short as it can be said without losing anything.
 */
import type { Callbacks } from '@langchain/core/callbacks/manager';
import type { DocumentInterface } from '@langchain/core/documents';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { Headroom } from '../../sdk/headroom.ts';
import { relevanceOf, wordsOf } from '../../retrieval/search.ts';
import type { ClientOptions } from '../fetch.ts';

/** How many documents, which, and how short; or a Headroom, or what to make one of. */
export interface DocumentCompressorOptions extends ClientOptions {
  /** Default 10. */
  readonly maxDocuments?: number | undefined;
  /** From 0, which keeps everything (default), to 1, where all words of the question are. It holds for few documents too. */
  readonly minRelevance?: number | undefined;
  /** How far documents stand back that say what a better one says, from 0 (default) to 1. */
  readonly diversity?: number | undefined;
  /** Also say the texts of documents shorter, by forms that lose nothing. */
  readonly compressText?: boolean | undefined;
}

const MAX_DOCUMENTS = 10;

export class HeadroomDocumentCompressor extends BaseDocumentCompressor {
  readonly headroom: Headroom;
  readonly #options: DocumentCompressorOptions;

  constructor(options: DocumentCompressorOptions = {}) {
    super();
    const {
      maxDocuments: _max,
      minRelevance: _min,
      diversity: _apart,
      compressText: _text,
      headroom,
      ...own
    } = options;
    this.headroom = headroom ?? new Headroom(own);
    this.#options = options;
  }

  /** Best first, with their metadata and ids; the very documents where their texts stay. */
  async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    _callbacks?: Callbacks,
  ): Promise<DocumentInterface[]> {
    const chosen = this.#chosen(documents, query);
    return this.#options.compressText === true ? Promise.all(chosen.map((one) => this.#shorter(one))) : chosen;
  }

  #chosen(documents: readonly DocumentInterface[], query: string): DocumentInterface[] {
    const { maxDocuments = MAX_DOCUMENTS, minRelevance = 0, diversity = 0 } = this.#options;
    const texts = documents.map(({ pageContent }) => pageContent);
    const candidates = relevanceOf(texts, query).flatMap((relevance, index): Candidate[] =>
      relevance >= minRelevance ? [{ index, relevance, likeness: 0 }] : [],
    );
    const picked = diversity > 0 ? apart(candidates, texts, { maxDocuments, diversity }) : best(candidates);
    return picked.slice(0, Math.max(0, maxDocuments)).map(({ index }) => documents[index]!);
  }

  /** No document is lost over its text. */
  async #shorter(document: DocumentInterface): Promise<DocumentInterface> {
    try {
      const { text } = await this.headroom.compress(document.pageContent, { offersRetrieval: false });
      if (text === document.pageContent) return document;
      const copy = Object.create(Object.getPrototypeOf(document) as object) as DocumentInterface;
      return Object.assign(copy, document, { pageContent: text });
    } catch (error) {
      this.headroom.options.warn?.(`a document stays as it is: ${String(error)}`);
      return document;
    }
  }
}

interface Candidate {
  readonly index: number;
  readonly relevance: number;
  /** To the picked one that is most like it. */
  likeness: number;
}

function best(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted((a, b) => b.relevance - a.relevance || a.index - b.index);
}

interface Picking {
  readonly maxDocuments: number;
  readonly diversity: number;
}

/** One after another, each time the best that is least like those before it. */
function apart(
  candidates: readonly Candidate[],
  texts: readonly string[],
  { maxDocuments, diversity }: Picking,
): readonly Candidate[] {
  const words = new Map(candidates.map(({ index }) => [index, new Set(wordsOf(texts[index]!))]));
  const left = [...best(candidates)];
  // What has nothing to do with the question never takes the place of what has.
  const worth = ({ relevance, likeness: like }: Candidate): number => relevance * (1 - diversity * like);
  const picked: Candidate[] = [];
  while (left.length > 0 && picked.length < maxDocuments) {
    const next = left.reduce((first, one) => (worth(one) > worth(first) ? one : first));
    left.splice(left.indexOf(next), 1);
    picked.push(next);
    for (const one of left)
      one.likeness = Math.max(one.likeness, likeness(words.get(one.index)!, words.get(next.index)!));
  }
  return picked;
}

/** What two have in common, as a share of all that they say. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const all = one.size + other.size;
  if (all === 0) return 1;
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  return common / (all - common);
}
