/** Lines in which tools say what they are busy with: counted in the view. */

const KINDS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['Collecting', /^\s*Collecting \S/],
  ['Downloading', /^\s*(?:\[INFO\] )?Download(?:ing|ed)\b(?! failed)/],
  ['Using cached', /^\s*Using cached \S/],
  ['Requirement already satisfied', /^Requirement already satisfied:/],
  ['progress bars', /^\s*[━╸╺█▏▎▍▌▋▊▉░▒▓]{8,}|^[^\n]{0,120}\b\d{1,3}%\s*[|[][#=>█▏▎▍▌▋▊▉ .-]{5,}/],
  [
    'wheel steps',
    /^\s*(?:Building (?:wheel|editable)|Created wheel|Stored in directory|Preparing (?:metadata|editable)|Getting requirements|Installing build dependencies|Found existing installation|Uninstalling |Attempting uninstall)/,
  ],
  ['npm http', /^npm http \w+ \w+ 200 /],
  ['npm timing', /^npm (?:timing|sill|verb|http)\b/],
  ['Compiling', /^\s+(?:Compiling|Checking|Documenting|Fresh|Downloaded|Updating|Locking|Adding) \S+ v?\d/],
  ['go: downloading', /^go: (?:downloading|extracting|finding) /],
  ['building objects', /^\[ *\d{1,3}%\] (?:Building|Linking|Built|Generating|Scanning)/],
  ['make directories', /^make(?:\[\d+\])?: (?:Entering|Leaving) directory/],
  [
    'compiler calls',
    /^(?:\/\S+\/)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ar|ranlib|ld|javac) -\S+ .*\.(?:c|cc|cpp|o|a|so|java)\b/,
  ],
  ['CC', /^ {2}(?:CC|CXX|LD|AR|AS|GEN|HOSTCC|CLEAN|INSTALL) +\S+$/],
  ['gradle tasks', /^> Task :\S+(?: (?:UP-TO-DATE|NO-SOURCE|FROM-CACHE|SKIPPED))?$/],
  [
    'docker steps',
    /^#\d+ (?:\d+\.\d+ (?!.*(?:error|ERR|fail|warn))|sha256:|extracting |transferring |resolve |CACHED|DONE \d)/i,
  ],
  [
    'docker layers',
    /^(?:[0-9a-f]{12}: (?:Pulling|Waiting|Verifying|Download|Pull complete|Extracting|Already)| ---> [0-9a-f]{12}| ---> (?:Running in|Using cache))/,
  ],
  [
    'apt',
    /^(?:Get:\d+ |Hit:\d+ |Ign:\d+ |Selecting previously|Preparing to unpack|Unpacking |Setting up |Processing triggers|\(Reading database)/,
  ],
  [
    'git transfer',
    /^(?:remote: )?(?:Counting|Compressing|Enumerating|Receiving|Resolving|Writing|Unpacking) (?:objects|deltas)?:? *\d+%/,
  ],
  ['pnpm progress', /^Progress: resolved \d+/],
  ['Creating table', /^\s+Creating table \S+$/],
  ['Applying', /^\s+Applying \S+\.\.\. ?OK$/],
  ['no test files', /^\?\s+\S+\s+\[no test files\]$/],
  ['[INFO] separators', /^\[INFO\] ?(?:-[-< ].*|={3,}.*|)$/],
  ['mix steps', /^(?:==> \S+|Generated \S+ app|Compiling \d+ files? \(\.[a-z]+\))$/],
];

/** What kind of progress a line is; undefined when it may say something else. */
export function progressOf(line: string): string | undefined {
  if (line.length > 2000) return undefined;
  return KINDS.find(([, pattern]) => pattern.test(line))?.[0];
}
