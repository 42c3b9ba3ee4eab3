/** Lines in which tools say what they are busy with: counted in the view. */
import { Openings } from './openings.ts';

const MIN_LINE = 5;
const MAX_LINE = 2000;
const BARS = '━╸╺█▏▎▍▌▋▊▉░▒▓';

/** With the characters that their lines begin with (undefined: any), and with what those must hold. */
const KINDS: readonly (readonly [what: string, first: string | undefined, pattern: RegExp, has?: string])[] = [
  ['Collecting', 'C', /^\s*Collecting \S/],
  ['Downloading', 'D[', /^\s*(?:\[INFO\] )?Download(?:ing|ed)\b(?! failed)/],
  ['Using cached', 'U', /^\s*Using cached \S/],
  ['Requirement already satisfied', 'R', /^Requirement already satisfied:/],
  ['progress bars', BARS, new RegExp(`^\\s*[${BARS}]{8,}`)],
  ['progress bars', undefined, /^(?=[^%\n]{0,123}%)[^\n]{0,120}\b\d{1,3}%\s*[|[][#=>█▏▎▍▌▋▊▉ .-]{5,}/, '%'],
  [
    'wheel steps',
    'BCSPGIFUA',
    /^\s*(?:Building (?:wheel|editable)|Created wheel|Stored in directory|Preparing (?:metadata|editable)|Getting requirements|Installing build dependencies|Found existing installation|Uninstalling |Attempting uninstall)/,
  ],
  ['npm http', 'n', /^npm http \w+ \w+ 200 /],
  ['npm timing', 'n', /^npm (?:timing|sill|verb|http)\b/],
  ['Compiling', 'CDFULA', /^\s+(?:Compiling|Checking|Documenting|Fresh|Downloaded|Updating|Locking|Adding) \S+ v?\d/],
  ['go: downloading', 'g', /^go: (?:downloading|extracting|finding) /],
  ['building objects', '[', /^\[ *\d{1,3}%\] (?:Building|Linking|Built|Generating|Scanning)/],
  ['ninja steps', '[', /^\[\d{1,6}\/\d{1,6}\] (?!.*(?:[Ee]rror|FAILED|[Ww]arning))\S/],
  [
    'xcodebuild steps',
    'CSLPGMRTVWcbe/sp',
    /^(?:Compile\w+|Swift\w+|Ld|Libtool|CodeSign|Copy\w*|CpResource|Process\w+|Generate\w+|Link\w+|MkDir|RegisterWithLaunchServices|Touch|Validate|WriteAuxiliaryFile|PhaseScriptExecution|Emit\w+) [^(]*\(in target '[^']*' from project '[^']*'\)$|^ {4}(?:cd \/|builtin-|export |setenv |\/Applications\/Xcode\S* )/,
  ],
  ['make directories', 'm', /^make(?:\[\d+\])?: (?:Entering|Leaving) directory/],
  [
    'compiler calls',
    '/gcarlj',
    /^(?:\/\S+\/)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ar|ranlib|ld|javac) -\S+ .*\.(?:c|cc|cpp|o|a|so|java)\b/,
  ],
  ['CC', 'CLAGHI', /^ {2}(?:CC|CXX|LD|AR|AS|GEN|HOSTCC|CLEAN|INSTALL) +\S+$/],
  ['gradle tasks', '>', /^> Task :\S+(?: (?:UP-TO-DATE|NO-SOURCE|FROM-CACHE|SKIPPED))?$/],
  [
    'docker steps',
    '#',
    /^#\d+ (?:\d+\.\d+ (?!.*(?:error|ERR|fail|warn))|sha256:|extracting |transferring |resolve |CACHED|DONE \d)/i,
  ],
  [
    'docker layers',
    '0123456789abcdef-',
    /^(?:[0-9a-f]{12}: (?:Pulling|Waiting|Verifying|Download|Pull complete|Extracting|Already)| ---> [0-9a-f]{12}| ---> (?:Running in|Using cache))/,
  ],
  [
    'apt',
    'GHISPU(',
    /^(?:Get:\d+ |Hit:\d+ |Ign:\d+ |Selecting previously|Preparing to unpack|Unpacking |Setting up |Processing triggers|\(Reading database)/,
  ],
  [
    'git transfer',
    'rCERWU',
    /^(?:remote: )?(?:Counting|Compressing|Enumerating|Receiving|Resolving|Writing|Unpacking) (?:objects|deltas)?:? *\d+%/,
  ],
  ['pnpm progress', 'P', /^Progress: resolved \d+/],
  ['Creating table', 'C', /^\s+Creating table \S+$/],
  ['Applying', 'A', /^\s+Applying \S+\.\.\. ?OK$/],
  ['ok', 'o', /^ok {2}\t\S+\t(?:\(cached\)|[\d.]+s)/],
  ['no test files', '?', /^\?\s+\S+\s+\[no test files\]$/],
  ['[INFO] separators', '[', /^\[INFO\] ?(?:-[-< ].*|={3,}.*|)$/],
  ['mix steps', '=GC', /^(?:==> \S+|Generated \S+ app|Compiling \d+ files? \(\.[a-z]+\))$/],
];

const BY_OPENING = new Openings(
  KINDS.map(([what, first, pattern, has = '']) => ({ first, value: { what, pattern, has } })),
);

/** What kind of progress a line is; undefined when it may say something else. */
export function progressOf(line: string): string | undefined {
  if (line.length < MIN_LINE || line.length > MAX_LINE) return undefined;
  for (const { what, pattern, has } of BY_OPENING.of(line)) {
    if ((has === '' || line.includes(has)) && pattern.test(line)) return what;
  }
  return undefined;
}
