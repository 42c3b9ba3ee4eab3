/** Whether a tool result says, at its beginning or its end, that the call failed: such results lose nothing. */

const BEGINS = [
  /^Exit code:? [1-9-]/i,
  /^(?:\S+: )?(?:error|fatal|panic|exception|failed|failure)(?: ?\[?\w{1,20}\]?)?: /i,
  /^<(?:tool_use_)?error>/i,
  /^(?:Uncaught )?(?:[A-Z]\w*\.)*[A-Z]\w*(?:Error|Exception)\b/,
  /^Traceback \(most recent call last\)/,
  /^npm (?:ERR!|error)/,
  /^(?:bash|sh|zsh|fish|cmd|pwsh)(?:: line \d+)?: /,
  /^E[A-Z]{3,}: /,
];
const ENDS = [
  /(?:exit|exited with)(?: (?:code|status))?:? \(?[1-9]\d*\)?[\].]?$/i,
  /^(?:[A-Z]\w*\.)*[A-Z]\w*(?:Error|Exception)(?:: .{0,300})?$/,
  /^(?:make|ninja)(?:\[\d+\])?: \*\*\* /,
];
/** A field of a JSON result that says so: `"exit_code": 1`. */
const FIELD = /"(?:exit_?code|exit_?status|return_?code)"\s*:\s*-?[1-9]|"is_?error"\s*:\s*true/i;
const HEAD_CHARS = 400;
const TAIL_CHARS = 600;
const EDGE_LINES = 2;

export function looksFailed(text: string): boolean {
  const head = linesOf(text.slice(0, HEAD_CHARS)).slice(0, EDGE_LINES);
  const tail = linesOf(text.slice(-TAIL_CHARS)).slice(-EDGE_LINES);
  return (
    head.some((line) => BEGINS.some((pattern) => pattern.test(line))) ||
    tail.some((line) => ENDS.some((pattern) => pattern.test(line))) ||
    ('{['.includes(text.charAt(0)) && (FIELD.test(text.slice(0, HEAD_CHARS)) || FIELD.test(text.slice(-TAIL_CHARS))))
  );
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
