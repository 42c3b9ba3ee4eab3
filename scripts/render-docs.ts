/** The documentation that is made from the source: tables, and what the package exports. */
import { defaultText, OPTION_NAMES, OPTIONS, OTHER_VARIABLES } from '../src/config/options.ts';
import { type ErrorCode, ERRORS } from '../src/core/errors.ts';
import { apiPage } from './render-api.ts';

export interface RenderedDoc {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const MADE = 'Made by `node scripts/gen-docs.ts`: change the table in the source, not this page.';

export function renderDocs(): readonly RenderedDoc[] {
  return [
    { path: 'docs/options.md', text: optionsPage() },
    { path: 'docs/errors.md', text: errorsPage() },
    {
      path: 'docs/api.md',
      text: apiPage('Made by `node scripts/gen-docs.ts`: change the comments in the source, not this page.'),
    },
  ];
}

function optionsPage(): string {
  const rows = OPTION_NAMES.map((name) => {
    const { short, variable, valueName, isOutsideFile, allowed, doc } = OPTIONS[name];
    const flag = `\`--${name} ${valueName}\`${short ? `, \`-${short}\`` : ''}`;
    return [
      flag,
      `\`${variable}\``,
      isOutsideFile ? '-' : `\`${name}\``,
      `\`${defaultText(name)}\``,
      `${doc} Must be ${allowed}.`,
    ];
  });
  const first = OPTION_NAMES[0]!;
  const tables = OPTION_NAMES.filter((name) => OPTIONS[name].isTable).map((name) => `\`[${name}]\``);
  return [
    '# Options',
    '',
    MADE,
    '',
    'A flag beats an environment variable, that beats `config.toml` in the home folder, that beats the default. An empty variable counts as not set.',
    'Unknown flags, unknown keys in the file and values that are not allowed stop the start with exit code 2; a variable `HEADROOM_...` that nobody reads is warned about.',
    '`headroom proxy --print-config` shows each value and where it came from. Commands other than `proxy` take the few of these flags that their `--help` lists.',
    '',
    table(['flag', 'variable', 'key in config.toml', 'default', 'what it does'], rows),
    '',
    `A \`config.toml\` holds keys and values, and the sections ${tables.join(' and ')}, which may also be written as the flags are:`,
    '',
    '```toml',
    `${first} = ${JSON.stringify(OPTIONS[first].default)}`,
    `port = ${OPTIONS.port.default}`,
    'profile = "lossless"',
    '',
    '[tools]',
    '"mcp__github__*" = "lossless"',
    '```',
    '',
    'Other variables:',
    '',
    table(
      ['variable', 'what it does'],
      Object.entries(OTHER_VARIABLES).map(([name, doc]) => [`\`${name}\``, doc]),
    ),
    '',
  ].join('\n');
}

/** Complete by type: a new code does not compile without its row. */
const ERROR_WORDS: Readonly<Record<ErrorCode, readonly [what: string, remedy: string]>> = {
  BAD_OPTION: [
    'A flag, variable or key is unknown, or its value is not allowed.',
    'Correct what the message names; `--help` and docs/options.md list what there is.',
  ],
  BAD_REQUEST: [
    'A request or file is not of a kind that Headroom can read.',
    'Check that it is complete; the message says what was expected.',
  ],
  BODY_TOO_LARGE: ['A request body is larger than `--max-body-mb`.', 'Raise the limit.'],
  FORBIDDEN: [
    "A web page or a foreign host name asked for one of the proxy's own pages.",
    'Call it as localhost or 127.0.0.1.',
  ],
  NOT_FOUND: ['No original with this hash, or no such page.', 'The message says where was looked.'],
  NOT_WRITTEN: [
    "An MCP client's configuration was left as it is.",
    'The message says why: something of the same name is there, or the file was changed just now.',
  ],
  DOES_NOT_FIT: [
    'A conversation is longer than its model reads, even with every result left out that may be left out.',
    'Start a new conversation, let the client compact this one, or choose a model that reads more.',
  ],
  OVER_BUDGET: [
    'A credential or project has spent its `--budget` (402 where the API is Anthropic’s).',
    'Wait until the time that the message names, or start the proxy with a larger budget.',
  ],
  PORT_IN_USE: [
    'Another program listens on the port.',
    'Use the proxy that runs there, or choose another port with `--port`.',
  ],
  RATE_LIMITED: [
    'A credential has used up its `--rpm` or `--tpm`, or requests on their way have reserved the rest of a budget.',
    'Wait as long as `retry-after` says: client libraries do so by themselves.',
  ],
  UNREADABLE_FILE: ['A file cannot be read.', 'Check path and permissions.'],
  UNAUTHORIZED: [
    'The proxy is open to other machines and the request lacks its token.',
    'Send the header `x-headroom-token`.',
  ],
  UPSTREAM_TIMEOUT: [
    'The model provider took too long.',
    'Raise `--connect-timeout-ms` or `--response-timeout-ms`, or try again.',
  ],
  UPSTREAM_UNREACHABLE: [
    'No connection to the model provider, or what it answered in the middle of an exchange was cut off or no answer at all.',
    'Check the network and the address of the provider, or try again.',
  ],
};

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, exitCode }]) => {
    const [what, remedy] = ERROR_WORDS[code as ErrorCode];
    return [`\`${code}\``, String(status), String(exitCode), what, remedy];
  });
  return [
    '# Errors',
    '',
    MADE,
    '',
    'What Headroom itself reports. Errors of a model provider are passed on as they came and are not listed here.',
    'At the proxy they come in the shape of the API that was called, with the HTTP status below; on the command line as one line, with the exit code below.',
    'Exit code 0 means done, 1 failed, 2 wrong usage.',
    '',
    table(['code', 'HTTP status', 'exit code', 'what happened', 'what to do'], rows),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
