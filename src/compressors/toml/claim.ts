/** How surely a text is TOML or an INI file: by its tables, and that nearly every line is an entry of one. */
import type { Sample } from '../../core/sample.ts';

const TABLE = /^\[\[?[\w."'@:/ -]{1,120}\]\]?\s*$/;
const ENTRY = /^(?:[\w.\-/@*+]+|"[^"]*")(?: [\w.-]+){0,3}(?: = |=|: | =$)/;
const ITEM = /^\s+(?:["'{\d]|\].?$)|^\],?$/;
const REMARK = /^\s*(?:[#;]|$)/;
const MIN_ENTRIES = 4;
const MIN_SHARE = 0.9;
export const CLAIM = 0.84;

export function claimFor({ head, text }: Sample): number {
  if (/^\s*[{<]/.test(text.slice(0, 200))) return 0;
  const lines = head.length > 4 ? head.slice(0, -1) : head;
  const tables = lines.filter((line) => line.startsWith('[') && TABLE.test(line)).length;
  if (tables === 0) return 0;
  const entries = lines.filter((line) => ENTRY.test(line)).length;
  if (entries < MIN_ENTRIES) return 0;
  const rest = lines.filter((line) => ITEM.test(line) || REMARK.test(line)).length;
  return tables + entries + rest >= lines.length * MIN_SHARE ? CLAIM : 0;
}

const GENERATED = /^# .{0,80}@generated|^\[\[package\]\]$/m;
const CHECKED = /^checksum = "|\bhash = "sha256:/m;
const MIN_LINES = 100;

/** Whether a program wrote it, and will again: then nobody edits its lines. */
export function isLockFile(text: string): boolean {
  const start = text.slice(0, 65_536);
  return GENERATED.test(start) && CHECKED.test(start) && start.split('\n').length >= MIN_LINES;
}
