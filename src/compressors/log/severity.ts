/** How grave a log line is, from its level or from the words that failures use. */

export type Severity = 'error' | 'warning' | 'none';

/** A level is written near the beginning of its line. */
const HEAD_CHARS = 240;

const LEVEL =
  /\b(?:FATAL|CRITICAL|CRIT|EMERG|ALERT|SEVERE|FAILURE|ERROR|ERR|WARN|WARNING|NOTICE|INFO|DEBUG|TRACE|VERBOSE)\b|[[<](?:fatal|critical|crit|emerg|alert|error|err|warn|warning|notice|info|debug|trace)[\]>]|\b(?:level|lvl|severity)["']?[=:] ?["']?(?:fatal|critical|error|err|warn|warning|info|debug|trace)\b|[ ,](?:Fatal|Critical|Error|Warning|Info|Debug)(?=  |:)|(?<=\d )[VDIWEF](?= [\w.$-]+ *[:(])/;
const ERROR_LEVEL = /^(?:FATAL|CRITICAL|CRIT|EMERG|ALERT|SEVERE|FAILURE|ERROR|ERR|E|F)$/;
const WARNING_LEVEL = /^(?:WARN|WARNING|W)$/;

const FAILURE =
  /\b[A-Z][\w.$]*(?:Exception|Error)\b|^Traceback \(|^Caused by:|\bpanic:|\bpanicked at\b|\bSegmentation fault\b|\b[Oo]ut of memory\b|^(?:fatal|error|ERR!)\b/;

const COLOUR = /\x1b\[[\d;]*m/g;

function headOf(line: string): string {
  const head = line.length > HEAD_CHARS ? line.slice(0, HEAD_CHARS) : line;
  return head.includes('\x1b') ? head.replaceAll(COLOUR, '') : head;
}

/** The level as the line spells it, in capitals; undefined when it has none. */
export function levelOf(line: string): string | undefined {
  const found = LEVEL.exec(headOf(line))?.[0];
  if (found === undefined) return undefined;
  return /[A-Za-z]+(?=\W*$)/.exec(found)?.[0].toUpperCase();
}

/** @param level of the line, in capitals. */
export function severityOf(line: string, level = ''): Severity {
  if (ERROR_LEVEL.test(level)) return 'error';
  if (FAILURE.test(headOf(line))) return 'error';
  return WARNING_LEVEL.test(level) ? 'warning' : 'none';
}

/** A word that must not be lost among the values of a slot. */
export const GRAVE_WORD: RegExp =
  /fail|error|err\b|warn|fatal|crit|denied|refus|invalid|abort|timeout|timed|illegal|exception|reject|unreach|lost|kill|panic|corrupt|unknown|not\b|^no\b/i;
