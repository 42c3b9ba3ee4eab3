/** The operator's own choice of level for the results of some tools. */
import type { Level } from './compressor.ts';

/** The profile of the results of some tools. */
export interface ToolRule {
  /** A tool's name, `*` for any characters, `?` for one. Upper and lower case are the same. */
  readonly glob: string;
  /** `off`: they stay as they are. */
  readonly level: Level | 'off';
}

/** What the first rule that fits says, else the level for all others. */
export function levelForTool(name: string, rules: readonly ToolRule[], otherwise: Level): Level | 'off' {
  return rules.find(({ glob }) => fits(name, glob))?.level ?? otherwise;
}

function fits(name: string, glob: string): boolean {
  const pattern = glob
    .replaceAll(/[^\w*?]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 'is').test(name);
}
