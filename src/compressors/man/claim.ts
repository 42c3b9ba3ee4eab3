/** How surely a text is a page of a manual or what a program says of its options. */
import type { Sample } from '../../core/sample.ts';
import { isStruck } from './overstrike.ts';

const TITLE = /^\s*[\w.:+@-]+\(\d\w{0,4}\)\s+(?:\S.*\s)?[\w.:+@-]+\(\d\w{0,4}\)\s*$/;
const FIRST_HEADING = /^NAME$/;
const HEADING = /^(?:SYNOPSIS|DESCRIPTION|OPTIONS|COMMANDS)$/;
const USAGE = /^\s{0,4}usage:|^\s{0,4}usage\s*$/i;
const TOPIC = /^[A-Z][\w ,/()-]{2,60}:$|^[A-Z][A-Z -]{3,40}$/;
const OPTION = /^\s{1,10}-{1,2}[\w?@#][\w-]*/;
const COMMAND = /^\s{1,8}[a-z][\w:-]*(?:, [\w-]+)*(?: <\S+>| \[\S+\])*\s{2,}\S/;
const DEEPER = /^\s{6,}\S/;
const MIN_ENTRIES = 6;
/** So many say that it is help, without a line on usage. */
const MIN_TOPICS = 3;
const STRUCK = 0.992;
const SURE = 0.95;
const LIKELY = 0.82;

export function claimFor(sample: Sample): number {
  const { text } = sample;
  if (text.includes('\b') && isStruck(text)) return STRUCK;
  const head = sample.head.map((line) => line.trimEnd());
  const first = head.findIndex((line) => line !== '');
  if (first < 0) return 0;
  const isNamed = head.slice(first, first + 12).some((line) => FIRST_HEADING.test(line));
  if (isNamed && (TITLE.test(head[first]!) || head.some((line) => HEADING.test(line)))) return SURE;
  return isHelp(head) ? LIKELY : 0;
}

function isTopic(line: string): boolean {
  const first = line.charCodeAt(0);
  return first >= 0x41 && first <= 0x5a && TOPIC.test(line);
}

function isHelp(head: readonly string[]): boolean {
  const said = head.filter((line) => line !== '');
  const topics = said.filter(isTopic).length;
  if (topics < MIN_TOPICS && !said.some((line) => USAGE.test(line))) return false;
  const options = said.filter((line) => OPTION.test(line)).length;
  const commands = said.filter((line) => COMMAND.test(line)).length;
  if (options + commands < MIN_ENTRIES) return false;
  const others = said.filter((line) => !OPTION.test(line) && DEEPER.test(line)).length;
  return (options + commands + topics + others) * 10 >= said.length * 6;
}
