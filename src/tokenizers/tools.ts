/**
 * What tool definitions cost beside the tokens of their JSON: the provider writes them in its own words, and adds a few
 * of its own. Each rule is one line.
 */

interface ToolRule {
  readonly name: string;
  /** Added once, where there is any tool; the second where the choice of tool is forced. */
  readonly once: readonly [free: number, forced: number];
  /** What becomes of each token of a definition's JSON. */
  readonly share: number;
}

const RULES: readonly ToolRule[] = [
  // The vendor's table of "tool use system prompt" tokens, as of mid 2026; families that it leaves out have their neighbours'.
  { name: 'claude-3-5', once: [264, 355], share: 1 },
  { name: 'claude-4', once: [313, 315], share: 1 },
  { name: 'claude-4-5', once: [496, 588], share: 1 },
  { name: 'claude-4-7', once: [675, 804], share: 1 },
  { name: 'claude-4-8', once: [290, 410], share: 1 },
  { name: 'claude-5', once: [354, 474], share: 1 },
  // Functions become type declarations: the vendor's published formula makes 0.77 of their JSON (589 functions; for six of
  // eight 0.69 to 0.82), and 12 once.
  { name: 'openai', once: [12, 12], share: 0.77 },
];

export const toolRuleNames: readonly string[] = RULES.map(({ name }) => name);

/**
 * @param definitions the tokens of each definition's JSON.
 * @param forced whether the request makes the model call a tool.
 * @returns the tokens of all tools together; undefined for a rule that there is not.
 */
export function toolTokens(rule: string, definitions: readonly number[], forced = false): number | undefined {
  const found = RULES.find(({ name }) => name === rule);
  if (!found) return undefined;
  if (definitions.length === 0) return 0;
  const tokens = definitions.reduce((sum, definition) => sum + definition, 0);
  return Math.ceil(tokens * found.share) + found.once[forced ? 1 : 0];
}
