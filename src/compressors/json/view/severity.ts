/** The column that says how bad things are, if a list has one. */
import type { FieldNode, FlatTable } from './flatten.ts';

const SEVERITY =
  /^(?:trace|debug|verbose|info|information|notice|success|ok|warn|warning|alert|err|error|critical|crit|fatal|emergency|panic|severe|failure)$/i;
const FAILURE = /^(?:alert|err|error|critical|crit|fatal|emergency|panic|severe|failure)$/i;
const WARNING = /^warn(?:ing)?$/i;
const NAME = /(?:^|[._])(?:level|severity|log_?level|lvl|priority|type|kind|status)$|Level$|Severity$/i;
const MAX_LEVELS = 12;

/** The values are levels, most of them, and more than one. */
export function severityOf({ nodes }: FlatTable): FieldNode | undefined {
  return nodes.find((node) => {
    if (node.isMany || node.rows.length === 0 || !NAME.test(node.name)) return false;
    const { distinct, counts, rows } = node.column;
    if (distinct.length < 2 || distinct.length > MAX_LEVELS) return false;
    const known = distinct.reduce<number>(
      (sum, value, id) => sum + (typeof value === 'string' && SEVERITY.test(value) ? counts[id]! : 0),
      0,
    );
    return known * 10 >= rows.length * 9;
  });
}

export function isFailure(level: string): boolean {
  return FAILURE.test(level);
}

/** Worst first. */
export function rankOf(level: string): number {
  if (FAILURE.test(level)) return 0;
  return WARNING.test(level) ? 1 : 2;
}
