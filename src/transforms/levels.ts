/** How far each result may be shortened, by whom: what policy, failure and the file that a call shows leave of the level. */
import type { Compressor, Level, ViewedFile } from '../core/compressor.ts';
import type { Conversation, Part, ToolCall } from '../core/conversation.ts';
import { looksFailed } from '../core/failure.ts';
import type { Importance } from '../core/importance.ts';
import { asObject, type JsonValue } from '../core/json/value.ts';
import { findMarkers } from '../core/marker.ts';
import { fileNameOf, isForeignPath, isRecordedPath } from '../core/recorded-file.ts';
import { isRetrievalTool } from '../core/retrieval-name.ts';
import { onlyPrints, showsAddress, showsFile, shownPaths } from '../core/shown-file.ts';
import { levelForTool } from '../core/tool-rule.ts';
import type { Policy } from '../core/transform.ts';
import { canOnlyRead } from './read-only.ts';

/** The level that one compressor may take for a result. */
export type LevelFor = (compressor: Compressor) => Level;

/** Undefined when the operator wants the results of this tool left alone. */
export function levelsFor(
  part: Part,
  policy: Policy,
  conversation: Conversation,
  importance?: Importance,
): LevelFor | undefined {
  const name = part.call?.name ?? '';
  // What the model fetched back is what it asked for.
  const isFile = showsFile(part.call);
  const isOlder = policy.older !== undefined && !isFile && part.turn < policy.older.beforeTurn;
  const usual = isOlder ? policy.older.level : policy.level;
  const level = isRetrievalTool(name) ? 'off' : levelForTool(name, policy.tools, usual);
  if (level === 'off') return undefined;
  // What somebody shortened already is not left out of a second time.
  const isView = findMarkers(part.source).length > 0;
  if (level === 'lossless' || !policy.allowLoss || isView) return () => 'lossless';
  const sort = viewedFile(part, level, conversation);
  const isFailed = part.isError === true || looksFailed(part.source);
  const learned = importance?.forTool(name);
  return ({ name: compressor, keepsFailures = false, viewsFiles }) => {
    // A view that is fetched nearly every time costs more than the whole.
    if (learned?.isLostBy(compressor)) return 'lossless';
    if (isFailed && !keepsFailures) return 'lossless';
    // What is code is some file's, whether the call shows it or not.
    if (!isFile && viewsFiles !== 'settled-code') return level;
    return sort !== undefined && viewsFiles === sort ? level : 'lossless';
  };
}

/** What a file may be taken for, so that a view may stand for it; undefined: an edit may name its lines. */
function viewedFile(part: Part, level: Level, conversation: Conversation): ViewedFile | undefined {
  const paths = shownPaths(part.call);
  const sort = sortOf(part, paths, level, conversation);
  return sort && !isEdited(part, paths, conversation) ? sort : undefined;
}

function sortOf(
  { call }: Part,
  paths: readonly string[],
  level: Level,
  { toolNames }: Conversation,
): ViewedFile | undefined {
  if (paths.length > 0 && paths.every(isRecordedPath)) return 'recorded';
  if (level !== 'aggressive') return undefined;
  const isForeign = paths.length > 0 ? paths.every(isForeignPath) : showsAddress(call);
  return isForeign || canOnlyRead(toolNames) ? 'settled-code' : undefined;
}

/** Whether this call or an earlier one may have changed one of these files. */
function isEdited({ index }: Part, paths: readonly string[], { parts }: Conversation): boolean {
  const names = paths.map(fileNameOf);
  return parts.some((part) => part.index <= index && part.kind === 'tool-result' && changes(part.call, names));
}

const IN_PLACE = /\b(?:sed|perl|ruby)\s(?:[^|;&]*\s)?-\w*i/;

/** A call that names a file and brings text for it: several lines, or what to replace and by what. */
function changes(call: ToolCall | undefined, names: readonly string[]): boolean {
  if (onlyPrints(call)) return false;
  const said = stringsOf(call?.input ?? null);
  const isNamed = said.some((text) => names.some((name) => text.includes(name)));
  return isNamed && (said.length > 2 || said.some((text) => text.includes('\n') || IN_PLACE.test(text)));
}

function stringsOf(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(stringsOf);
  return Object.values(asObject(value)).flatMap((item) => stringsOf(item ?? null));
}
