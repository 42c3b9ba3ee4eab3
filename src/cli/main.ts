/** The program `headroom`: finds the command, reads its flags and the configuration, runs it, and says plainly what failed. */
import { loadConfig } from '../config/load.ts';
import { suggestion } from '../config/nearest.ts';
import { HeadroomError } from '../core/errors.ts';
import { parseArguments } from './arguments.ts';
import type { Command, CommandEntry } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { commandHelp, programHelp } from './help.ts';
import { colorsFor, remark, say } from './terminal.ts';

async function main(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words;
  switch (first) {
    case undefined:
      remark(programHelp(COMMANDS));
      return 2;
    case '--help':
    case '-h':
    case '-?':
    case 'help':
      return rest[0] === undefined ? (say(programHelp(COMMANDS)), 0) : run(rest[0], [...rest.slice(1), '--help']);
    case '--version':
    case '-v':
    case '-V':
      return run('version', rest);
    default:
      return run(first, rest);
  }
}

async function run(name: string, words: readonly string[]): Promise<number> {
  const entry = find(name, COMMANDS);
  const command = await entry.load();
  const [first] = words;
  if (!command.commands || first === undefined || first.startsWith('-')) return runCommand(name, command, words);
  const inner = find(first, command.commands, name);
  return runCommand(`${name} ${first}`, await inner.load(), words.slice(1));
}

function find(name: string, entries: readonly CommandEntry[], within?: string): CommandEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new HeadroomError('BAD_OPTION', unknownCommand(name, entries, within));
  return entry;
}

async function runCommand(name: string, command: Command, words: readonly string[]): Promise<number> {
  const { isHelp, options, ...parsed } = parseArguments(name, command, words);
  if (isHelp) {
    say(commandHelp(name, command));
    return 0;
  }
  const config = await loadConfig({ flags: options, environment: process.env, defaults: command.defaults });
  return command.run({ ...parsed, config });
}

function unknownCommand(name: string, entries: readonly CommandEntry[], within: string | undefined): string {
  const isFlag = name.startsWith('-');
  const hint = suggestion(name, isFlag ? ['--help', '--version'] : entries.map((entry) => entry.name));
  const place = within === undefined ? '' : ` ${within}`;
  const unknown = `unknown ${isFlag ? 'flag' : `${within ?? ''} command`.trim()} ${name}`;
  return `${unknown}${hint}${hint ? ' ' : '; '}headroom${place} --help shows what there is`;
}

function fail(error: unknown): number {
  const { red } = colorsFor(process.stderr);
  const isOurs = error instanceof HeadroomError;
  const message = isOurs
    ? error.message
    : `unexpected failure: ${String(error)}; HEADROOM_DEBUG=1 shows where it happened`;
  remark(`${red('headroom:')} ${message.replaceAll('\n', ' ')}`);
  if (process.env.HEADROOM_DEBUG) remark(String((error as Error)?.stack ?? error));
  return isOurs ? error.exitCode : 1;
}

// A reader that has seen enough (`| head`) closes the pipe: no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = fail(error);
}
