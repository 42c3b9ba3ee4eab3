/**
 * Whether an agent can change files at all, by the names of its tools: only where each is plainly for reading. A shell
 * changes files, and so may any tool whose name does not say what it does.
 */
import { isRetrievalTool } from '../core/retrieval-name.ts';

const READS =
  /^(?:read|reads|grep|glob|search|find|list|ls|view|open|cat|show|get|fetch|lookup|look|query|browse|inspect|explore|think|todo|retrieve|describe|diagnostics|outline|navigate)$/;
const CHANGES =
  /^(?:write|edit|edits|editor|create|apply|patch|update|delete|remove|insert|replace|rename|move|copy|save|set|put|add|append|modify|change|fix|format|refactor|run|exec|execute|eval|bash|sh|zsh|shell|powershell|cmd|command|commands|terminal|python|repl|code|interpreter|script|process|notebook|task|agent|git|commit|checkout|str)$/;

export function canOnlyRead(toolNames: readonly string[]): boolean {
  const own = toolNames.filter((name) => !isRetrievalTool(name));
  return own.length > 0 && own.every(onlyReads);
}

function onlyReads(name: string): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => READS.test(word)) && !words.some((word) => CHANGES.test(word));
}
