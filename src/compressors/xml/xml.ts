/**
 * XML that a program printed (feeds, reports, effective configurations), not a file that is shown: lossless as the JSON
 * of it in its shortest spelling, elements that are alike as a table; the view is the one of that JSON.
 */
import { chooseForm } from '../../core/choose-form.ts';
import type { Compressed, CompressOptions, Compressor } from '../../core/compressor.ts';
import { type JsonCompressor, type OpenJson, readJsonWith } from '../../core/json-compressor.ts';
import { showsFile } from '../../core/shown-file.ts';
import { claimFor, claimForReport } from './claim.ts';
import { type ReadNode, readForm, writeForm } from './form.ts';
import { writeReportView } from './report-view.ts';
import { type Read, readXml } from './read.ts';
import type { Node } from './style.ts';

/** What is read more easily as XML stays so, unless enough is saved. */
const MAX_SHARE = 0.85;
const VIEW_HEAD = '[headroom: view of XML as JSON; @a is attribute a, # text beside attributes]';
/** Findings in files: a view as ranges and counts would lose the files' names. */
const FINDINGS = /^(?:checkstyle|pmd|pmd-cpd|issues|BugCollection|report|results)$/;

function nodesWith(json: JsonCompressor): ReadNode {
  const readJson = readJsonWith(json);
  return (said) => JSON.parse(readJson(said)) as Node;
}

const same = (source: string, expanded: string): boolean => source === expanded;

/** The JSON of a text with what makes it shorter, where it can be read as XML. */
class Said {
  readonly read: Read;
  readonly #source: string;
  readonly #json: JsonCompressor;
  readonly #given: CompressOptions;
  readonly #options: CompressOptions;
  #open: OpenJson | undefined;
  #readNode: ReadNode;

  constructor(read: Read, source: string, json: JsonCompressor, options: CompressOptions) {
    this.read = read;
    this.#source = source;
    this.#json = json;
    this.#given = options;
    this.#options = { ...options, call: undefined };
    this.#readNode = nodesWith(json);
  }

  /** Undefined when it is not worth it. It may come back as something else. */
  lossless(): string | undefined {
    const options: CompressOptions = { ...this.#options, level: 'lossless' };
    const form = writeForm(this.read, this.#source, (spelled) => {
      this.#open = this.#json.open(spelled);
      const said = this.#open.compress(options)?.text;
      // What was read is what JSON gives back: texts, numbers that print as they were spelled, no keys that move.
      if (said !== undefined) this.#readNode = () => this.read.document;
      return said;
    });
    return form !== undefined && form.length < this.#source.length * MAX_SHARE ? form : undefined;
  }

  /** @param view makes it; undefined: none. */
  choose(view: () => string | undefined): Compressed | undefined {
    const lossless = this.lossless();
    const readsBack = (): boolean => readForm(lossless!, this.#readNode) === this.#source;
    return chooseForm({ source: this.#source, lossless, readsBack, view }, this.#given);
  }

  view(): string | undefined {
    if (FINDINGS.test(this.read.rootName)) return undefined;
    const open = this.#open ?? this.#json.open(JSON.stringify(this.read.document));
    const said = open.compress(this.#options);
    return said?.loss === 'recoverable' ? `${VIEW_HEAD}\n${said.text}` : undefined;
  }
}

function sayXml(text: string, json: JsonCompressor, options: CompressOptions): Said | undefined {
  options.deadline.check();
  if (options.responseFormat === 'json') return undefined;
  const read = readXml(text.includes('\r') ? text.replaceAll('\r\n', '\n') : text, options.deadline);
  return read && new Said(read, text, json, options);
}

/** @param json says JSON shorter. */
export function xmlCompressor(json: JsonCompressor): Compressor {
  const readNode = nodesWith(json);
  return {
    name: 'xml',
    claim: claimFor,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      const said = showsFile(options.call) ? undefined : sayXml(text, json, options);
      return said?.choose(() => said.view());
    },
    expand: (text: string) => readForm(text, readNode),
    same,
  };
}

/**
 * Reports of test runs in JUnit's XML, which nobody edits: lossless like other XML; as a view every test that failed or
 * was skipped verbatim, the others counted.
 * @param json says JSON shorter.
 */
export function testReportCompressor(json: JsonCompressor): Compressor {
  const readNode = nodesWith(json);
  return {
    name: 'test-report',
    viewsFiles: 'recorded',
    keepsFailures: true,
    claim: claimForReport,
    compress(text: string, options: CompressOptions): Compressed | undefined {
      const said = sayXml(text, json, options);
      if (!said) return undefined;
      return said.choose(() => writeReportView(text, options.deadline));
    },
    expand: (text: string) => readForm(text, readNode),
    same,
  };
}
