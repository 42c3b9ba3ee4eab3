/** What the lines of a text say about the language that they are in. Looks at a bounded number of them. */
import { areAtLeast } from '../../core/enough.ts';
import type { CodeLanguage } from './grammars.ts';

/** Languages that have no outline here are known too: without them their texts would count as the next of kin. */
type KnownLanguage = CodeLanguage | 'none';

interface Witness {
  readonly language: KnownLanguage;
  readonly weight: number;
  /** Of both patterns. */
  readonly sources: readonly string[];
  /** Tried at the beginning of a line alone. */
  readonly opening: RegExp | undefined;
  readonly anywhere: RegExp | undefined;
}

function witnesses(language: KnownLanguage, weight: number, ...patterns: readonly RegExp[]): readonly Witness[] {
  const sources = patterns.map(({ source }) => source);
  const opening = anyOf(sources.filter((source) => source.startsWith('^')));
  const anywhere = anyOf(sources.filter((source) => !source.startsWith('^')));
  return [{ language, weight, sources, opening, anywhere }];
}

const WORD_START = '\\b';

/**
 * One pattern for all, because they are tried on every line; what stands at the beginning of words only there.
 *
 * @param sources each of one alternative, where it begins with a word's beginning.
 */
function anyOf(sources: readonly string[]): RegExp | undefined {
  if (sources.length === 0) return undefined;
  const words = sources.filter((source) => source.startsWith(WORD_START));
  const others = sources.filter((source) => !source.startsWith(WORD_START)).map((source) => `(?:${source})`);
  const grouped = words.map((source) => `(?:${source.slice(WORD_START.length)})`).join('|');
  return new RegExp([...others, ...(words.length > 0 ? [`${WORD_START}(?:${grouped})`] : [])].join('|'));
}

/** Which patterns of any witness a line matches: of those at its beginning, of the others, of both, or of none (0). */
const [OPENS, HOLDS] = [1, 2];

/** @param how which patterns the line matches at all. */
function isSeenBy({ opening, anywhere }: Witness, line: string, how: number): boolean {
  return (
    ((how & OPENS) !== 0 && (opening?.test(line) ?? false)) || ((how & HOLDS) !== 0 && (anywhere?.test(line) ?? false))
  );
}

const WITNESSES: readonly Witness[] = [
  ...witnesses(
    'typescript',
    2,
    /^(?:export )?(?:declare )?(?:interface|type|namespace) \w+(?:<.*)?(?: extends .*)?(?: ?[={]|$)/,
    /^(?:import|export) type\b/,
    /(?<=\w\??): (?:string|number|boolean|void|unknown|any|never|readonly|Promise<|Record<|Array<)/,
    /^(?:private|public|protected|readonly)(?: \w+)* #?\w+[?!]?[(:<]/,
    /\bas (?:const|unknown|any)\b/,
    /^(?:export )?(?:async )?function \w+(?:<[^>]*>)?\([^)]*\w: /,
  ),
  ...witnesses(
    'javascript',
    1,
    /^(?:export )?(?:default )?(?:async )?function\*? ?\w*\(/,
    /^(?:export )?(?:const|let|var) (?:\w+|[{[].*)(?:$|[ :=;])/,
    /^import .*['"];?$/,
    /^} from ['"]/,
    /^(?:module\.)?exports\b/,
    /=> ?[{(]?$/,
    /\brequire\(['"]/,
    /[!=]==/,
    /^(?:describe|it|test)\(['"`]/,
    /^(?:if|for|while|switch) \(.*\) \{$/,
    /\bawait \w/,
    /\bnew Promise\b/,
    /\bthis\.\w/,
  ),
  ...witnesses(
    'python',
    1,
    /^(?:async )?def \w+\(/,
    /^class \w+(?:\([^)]*\))?:$/,
    /^from [\w.]+ import /,
    /^import [\w.]+(?: as \w+)?$/,
    /^(?:if|elif|for|while|with|except|async for|async with) [^{]*:(?: +#.*)?$/,
    /^(?:try|else|finally):$/,
    /^@\w[\w.]*(?:\(.*)?$/,
    /^self\.\w/,
    /\(self[,)]/,
    /^(?:raise|assert|yield|return|pass|del|global|nonlocal)\b(?!.*[;{]$)/,
    /^(?:"""|'''|[rbf]"""|#!.*python)/,
    /\b(?:is None|is not None|not in|and not|True|False)\b/,
  ),
  ...witnesses(
    'go',
    2,
    /^package \w+$/,
    /^func (?:\(\w+ \*?[\w[\]]+\) )?\w*[([]/,
    /^type \w+(?:\[.*\])? (?:struct|interface|func)\b/,
    /^import \($/,
    /^(?:defer|go) \w|^if (?:.* )?err (?:!|=)= nil/,
    /^(?:if|for|switch|case) [^(]*(?:\{|:)$/,
  ),
  ...witnesses('go', 1, /^[\w, ]+ := /),
  ...witnesses(
    'rust',
    2,
    /^(?:pub(?:\([\w: ]+\))? )?(?:async |unsafe |const |extern "C" )*fn \w+/,
    /^(?:pub(?:\([\w: ]+\))? )?(?:struct|enum|trait|mod) \w+(?:<.*)?(?: ?[{;(]|$| where)/,
    /^(?:pub )?use [\w:]+(?:::\{.*|::\w+|::\*)?[;,{]?(?: as \w+;)?$/,
    /^impl\b[^;]*\{$/,
    /^#!?\[\w/,
    /^let mut |^\/\/[!/] /,
    /&mut |&self|::<|\.unwrap\(\)|\)\?;/,
  ),
  ...witnesses(
    'java',
    2,
    /^package [\w.]+;$/,
    /^import (?:static )?[\w.]+(?:\.\*)?;$/,
    /^@(?:Override|Test|Autowired|Nullable|Deprecated|SuppressWarnings|Entity|Inject)\b/,
    /\b(?:throws \w+|implements \w+|extends \w+.*) ?\{$/,
    /^(?:public|private|protected)(?: (?:static|final|abstract|synchronized))* [\w<>[\], ?]+ \w+(?:\(.*| =.*|;)$/,
  ),
  ...witnesses('java', 1, /\bfinal \w+/, /\bnew [A-Z]\w*[<(]/, /\bString\b/),
  ...witnesses(
    'c',
    1,
    /^#\s*(?:include|define|ifdef|ifndef|endif|if|pragma|undef|else)\b/,
    /^(?:static |const |unsigned |signed |extern |inline )*(?:int|void|char|double|float|size_t|bool|long|short|struct \w+|enum \w+|u?int\d+_t|FILE)\b[\s*]+\w+/,
    /(?<=\w)->\w/,
    /^typedef\b/,
    /\bsizeof\(/,
    /\bNULL\b/,
    /^(?:if|for|while|switch) ?\(.*\)(?: \{)?$/,
  ),
  ...witnesses(
    'cpp',
    2,
    /\bstd::\w/,
    /^template ?</,
    /^(?:using namespace \w|namespace [\w:]+ ?\{?$|class \w+[^;:()]*(?:: public.*)?\{?$)/,
    /(?<=\w)::~?\w+\(/,
    /^(?:public|private|protected):$/,
    /\b(?:nullptr|constexpr|noexcept|static_cast<|dynamic_cast<)/,
  ),
  ...witnesses(
    'csharp',
    2,
    /^using (?:static )?[\w.]+;$/,
    /^namespace [\w.]+[;{]?$/,
    /\{ get;|\{ get =>/,
    /^\[\w+(?:\(.*\))?\]$/,
    /^\/\/\/ ?<\/?\w+/,
    /^(?:public|private|protected|internal)(?: (?:static|readonly|override|virtual|async|sealed|partial|abstract|const))* [\w<>[\]?,. ]+ \w+(?:\(.*| =.*|;|$)/,
  ),
  ...witnesses(
    'ruby',
    2,
    /^require(?:_relative)? ['"]/,
    /^def (?:self\.)?\w+[?!=]?(?:\(.*\)|$)/,
    /^(?:module|class) [A-Z][\w:]*(?: < [A-Z][\w:]*)?$/,
    /^attr_(?:reader|accessor|writer) :/,
    /^(?:@\w+ \|?\|?= |unless \w|elsif \w|rescue\b)/,
  ),
  ...witnesses('ruby', 1, /^end(?:\.\w.*)?$/, /\bdo(?: \|[^|]*\|)?$/),
  ...witnesses(
    'php',
    2,
    /^<\?php/,
    /^\$\w+(?:->\w+)* ?(?:=|->)/,
    /^(?:(?:public|private|protected|static|final|abstract) )*function &?\w+\(/,
    /^use [\w\\]+(?: as \w+)?;$/,
    /\$this->/,
  ),
  ...witnesses(
    'swift',
    3,
    /^(?:(?:public|private|internal|fileprivate|static|override|mutating|open|final|class|@\w+) )*(?:func \w|init\(|deinit \{)/,
    /^(?:guard |if let |if var )/,
    /^(?:(?:public|private|private\(set\)|static|lazy|weak|override|@\w+) )*(?:let|var) \w+(?:: \[?[A-Z][\w.<>]*[\]?!]*)?(?: = .*[^;]| \{)?$/,
    /^import [A-Z]\w+$/,
    /^(?:(?:public|private|final) )*(?:extension|protocol|struct) [A-Z]\w*/,
    /\) (?:throws )?-> [A-Z[]\S* \{$/,
  ),
  ...witnesses(
    'none',
    3,
    /^(?:def(?:module|p|macro|impl|struct)? .*\bdo$|\|> |@(?:moduledoc|doc|spec|impl) )/,
    /^(?:(?:test|describe|setup|case|if|with|scope|pipe_through)\b.*\bdo$|(?:alias|use) [A-Z]\w*(?:\.[\w{]+|$|,)|assert \{:)/,
    /%\{/,
    /\bfn .*->/,
    /^(?:- )?(?:apiVersion|kind|metadata|spec|namespace|labels|image|containers|ports|jobs|steps|uses|runs-on|services|volumes|env):(?: |$)|^- [\w.-]+:(?: |$)/,
    /^```|^\[[^\]]+\]\(/,
    /^(?:local function|local \w+ = |function \w+[.:]\w+\(.*\)$)/,
    /^(?:(?:private|override|internal|suspend|data|sealed) )*(?:fun \w|val \w+|object \w+|data class )/,
    /^(?:fi|done|esac|then)$|^(?:if|elif|while) \[\[? |^(?:echo ["$\w-]|export \w+=|set -)/,
    /^(?:SELECT|INSERT|CREATE|ALTER|UPDATE|DROP) /,
    /^<\/?(?:div|span|p|html|head|body|script|template|style|li|ul|a|table|tr|td)\b/,
    /^(?:[.#][A-Za-z][\w-]*|[a-z]+(?:[.#:][\w-]+)+)[^()]* \{$|^@(?:media|keyframes|import|layer)\b/,
    /^(?:margin|padding|color|display|font|width|height|background|border|position)(?:-[a-z]+)?: .*;$/,
  ),
];

const NOTHING = /(?!)/;
const SOURCES = WITNESSES.flatMap(({ sources }) => sources);
const ANY_OPENING = anyOf(SOURCES.filter((source) => source.startsWith('^'))) ?? NOTHING;
const ANYWHERE = anyOf(SOURCES.filter((source) => !source.startsWith('^'))) ?? NOTHING;

type Look = (line: string) => number;

/** How lines are seen, each looked at once: most lines of other texts are seen by none. */
function lookOnce(): Look {
  const known = new Map<string, number>();
  return (line) => {
    let how = known.get(line);
    if (how === undefined) {
      how = (ANY_OPENING.test(line) ? OPENS : 0) | (ANYWHERE.test(line) ? HOLDS : 0);
      known.set(line, how);
    }
    return how;
  };
}

const COMMENT = /^(?:\/\/|\/\*|\*(?:$|[ /])|#(?!\w)|<!--)/;
/** How a line of code ends in most languages. */
const CODE_END = /(?:[{}();,[\]=]|[)\]\w]:|=>|&&|\|\||\bend|\bdo|->)(?:\s*(?:\/\/|#|\/\*).*)?$/;
const ENDS = '{}();,[]=';
/** Characters that end code after some others alone. */
const MAY_END = ':>&|do';
/** `end`, and the character before it. */
const MAX_END = 4;

function endsLikeCode(line: string): boolean {
  const last = line.charAt(line.length - 1);
  if (ENDS.includes(last)) return true;
  if (line.includes('#') || line.includes('//') || line.includes('/*')) return CODE_END.test(line);
  return MAY_END.includes(last) && CODE_END.test(line.slice(-MAX_END));
}

/** How lines of diffs, searches, logs, listings and tables begin. */
const FOREIGN =
  /^(?:@@ |\*{3} |-{3} \d+,\d+ -{4}|\^?[0-9a-f]{7,40} |\d+[:-]|[\w.-]*\/[\w./-]+\.\w{1,6}:|diff --git |index [0-9a-f]+|\d{4}-\d\d-\d\d|\[?\d\d:\d\d:\d\d|[\w./\\-]+\.\w{1,8}[:-]\d+[:-]|[d-][rwx-]{9}\s|\|.*\|$|[=_]+ .* [=_]+$|File ".*", line \d|Traceback |E {2,}|> {2,}|at .*:\d+\)?$|(?:Collecting|Downloading|Requirement|Running|Building|Installing|Successfully|Compiling) |(?:PASS|FAIL|INFO|WARN|ERROR|DEBUG)\b)/;
const CHANGED = /^(?:[+-]|! )/;
const MAX_LINE = 300;
const WINDOWS = 6;
const WINDOW_LINES = 30;

export interface Evidence {
  readonly language: CodeLanguage | undefined;
  /** Of the lines that are neither empty nor a comment: how many look like code. */
  readonly share: number;
}

/** Some lines from all over a text; no empty ones. */
function sampleLines(lines: readonly string[]): readonly string[] {
  const all = lines.length <= WINDOWS * WINDOW_LINES;
  const step = all ? lines.length : Math.floor(lines.length / WINDOWS);
  const out: string[] = [];
  for (let start = 0; start < lines.length; start += step) {
    for (const line of lines.slice(start, start + (all ? step : WINDOW_LINES))) {
      const text = line.slice(0, MAX_LINE).trimEnd();
      if (text !== '') out.push(text);
    }
  }
  return out;
}

const MAX_FOREIGN = 0.1;
const NO_EVIDENCE: Evidence = { language: undefined, share: 0 };
/** What begins as something else is that, whatever code it holds further down. */
const NONE = WITNESSES.find(({ language }) => language === 'none')!;
const HEAD_LINES = 10;
const MAX_NONE_IN_HEAD = 3;
/** A language needs so many hits, and so many of a hundred lines. */
const MIN_HITS = 4;
const MIN_HIT_SHARE = 0.06;

/** @param least of the lines must look like code, or there is no evidence that counts. */
export function evidenceIn(lines: readonly string[], least: number): Evidence {
  const raw = sampleLines(lines);
  const sampled = raw.map((line) => line.trimStart());
  const code = sampled.filter((line) => !COMMENT.test(line));
  const others = code.filter((line) => !endsLikeCode(line));
  const looks = code.length - others.length;
  if (code.length === 0 || looks < code.length * 0.15) return NO_EVIDENCE;
  const most = sampled.length * MAX_FOREIGN;
  let foreign = 0;
  for (let i = 0; i < sampled.length; i++)
    if ((FOREIGN.test(sampled[i]!) || CHANGED.test(raw[i]!)) && ++foreign > most) return NO_EVIDENCE;
  const look = lookOnce();
  const none = code.slice(0, HEAD_LINES).filter((line) => isSeenBy(NONE, line, look(line)));
  if (none.length >= MAX_NONE_IN_HEAD) return NO_EVIDENCE;
  if (!areAtLeast(others, code.length * least - looks, (line) => look(line) !== 0)) return NO_EVIDENCE;
  const { language, hits } = strongest(scores(code, look), code);
  if (language === 'none' || hits < Math.max(MIN_HITS, code.length * MIN_HIT_SHARE)) return NO_EVIDENCE;
  const own = WITNESSES.filter((witness) => witness.language === language || isKin(witness.language, language));
  const seen = others.filter((line) => own.some((witness) => isSeenBy(witness, line, look(line)))).length;
  return { language, share: (looks + seen) / code.length };
}

function scores(lines: readonly string[], look: Look): ReadonlyMap<KnownLanguage, number> {
  const found = new Map<KnownLanguage, number>();
  for (const line of lines) {
    const how = look(line);
    if (how === 0) continue;
    let seen: KnownLanguage | undefined;
    for (const witness of WITNESSES) {
      const { language, weight } = witness;
      // Those of one language stand together.
      if (seen === language || !isSeenBy(witness, line, how)) continue;
      seen = language;
      found.set(language, (found.get(language) ?? 0) + weight);
    }
  }
  return found;
}

/** What is said in the one may stand in the other too. */
function isKin(older: KnownLanguage, younger: KnownLanguage): boolean {
  return (
    (older === 'javascript' && (younger === 'typescript' || younger === 'tsx')) || (older === 'c' && younger === 'cpp')
  );
}

const MARKUP = /^<\/?[A-Za-z]\w*|\/>$|<\/\w+>/;

function strongest(
  found: ReadonlyMap<KnownLanguage, number>,
  lines: readonly string[],
): { language: KnownLanguage; hits: number } {
  let best: { language: KnownLanguage; hits: number } = { language: 'none', hits: 0 };
  for (const [language, own] of found) {
    let hits = own;
    if (language === 'typescript') hits += found.get('javascript') ?? 0;
    if (language === 'cpp') hits += found.get('c') ?? 0;
    // A younger language must show more than a stray likeness.
    const isStray = (language === 'typescript' || language === 'cpp') && own < Math.max(3, hits * 0.08);
    if (!isStray && hits > best.hits) best = { language, hits };
  }
  const isMarkup = best.language === 'typescript' && lines.filter((line) => MARKUP.test(line)).length > 2;
  return isMarkup ? { language: 'tsx', hits: best.hits } : best;
}
