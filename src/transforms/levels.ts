/** How far each result may be shortened, by whom: what policy, failure and the file that a call shows leave of the level. */
import type { Compressor, Level } from '../core/compressor.ts';
import type { Conversation, Part, ToolCall } from '../core/conversation.ts';
import { looksFailed } from '../core/failure.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import { findMarkers } from '../core/marker.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import { showsFile } from '../core/shown-file.ts';
import { levelForTool } from '../core/tool-rule.ts';
import type { Policy } from '../core/transform.ts';

/** The level that one compressor may take for a result. */
export type LevelFor = (compressor: Compressor) => Level;

/** Undefined when the operator wants the results of this tool left alone. */
export function levelsFor(part: Part, policy: Policy, conversation: Conversation): LevelFor | undefined {
  const name = part.call?.name ?? '';
  // What the model fetched back is what it asked for.
  const level = isRetrievalTool(name) ? 'off' : levelForTool(name, policy.tools, policy.level);
  if (level === 'off') return undefined;
  // What somebody shortened already is not left out of a second time.
  const isView = findMarkers(part.source).length > 0;
  if (level === 'lossless' || !policy.allowLoss || isView) return () => 'lossless';
  const isFile = showsFile(part.call);
  const isFailed = part.isError === true || looksFailed(part.source);
  const isSettledFile = isFile && level === 'aggressive' && !isEdited(part, conversation);
  return ({ keepsFailures = false, viewsFiles = false }) => {
    if (isFailed && !keepsFailures) return 'lossless';
    return !isFile || (viewsFiles && isSettledFile) ? level : 'lossless';
  };
}

/** Whether an earlier call changed the file that this one shows. */
function isEdited({ index, call }: Part, { parts }: Conversation): boolean {
  const shown = stringsOf(call?.input ?? null);
  return parts.some((part) => part.index < index && part.kind === 'tool-result' && changes(part.call, shown));
}

/** A call that names the file and brings text for it: several lines, or what to replace and by what. */
function changes(call: ToolCall | undefined, shown: readonly string[]): boolean {
  const said = stringsOf(call?.input ?? null);
  const isNamed = said.some((text) => shown.some((path) => text.includes(path)));
  return isNamed && (said.length > 2 || said.some((text) => text.includes('\n')));
}

function stringsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsOf);
  return Object.values(asObject(value)).flatMap((item) => stringsOf(item ?? null));
}
