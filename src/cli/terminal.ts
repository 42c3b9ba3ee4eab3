/** Writing for people and for pipes: colours only where a person reads, results on stdout, remarks on stderr. */
import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Colours for what goes to this stream; plain text when it is no terminal or NO_COLOR is set. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  return createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function warn(line: string): void {
  const { yellow } = colorsFor(process.stderr);
  remark(`headroom: ${yellow('warning:')} ${line}`);
}

/** A result, byte for byte; only a terminal gets the line break that it may lack. */
export function writeResult(bytes: Uint8Array): void {
  process.stdout.write(bytes);
  if (process.stdout.isTTY && bytes.at(-1) !== 0x0a) process.stdout.write('\n');
}

export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 request`, `1,260 requests`. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : more}`;
}

/** `9,071 -> 1,260 tokens (86 % less)`. */
export function change(before: number, after: number): string {
  const share = before === 0 ? 0 : Math.round((1 - after / before) * 100);
  return `${thousands(before)} -> ${thousands(after)} tokens (${share} % less)`;
}

/** Rows as columns, the last one not padded. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!))).join(gap),
  );
}

/** Words broken into lines of at most `width` characters. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
