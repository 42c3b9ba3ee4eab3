/** What the model still has of what it needs: texts that it uses later, and the old text of its edits. */
import type { Conversation } from './conversations.ts';
import { asList, asMap, asText, type Json, type JsonMap } from './wording.ts';

export interface Evidence {
  refsInText: number;
  refsByRetrieval: number;
  refsLost: number;
  editsExact: number;
  editsDamaged: number;
}

export function noEvidence(): Evidence {
  return { refsInText: 0, refsByRetrieval: 0, refsLost: 0, editsExact: 0, editsDamaged: 0 };
}

export interface Turn {
  readonly conversation: Conversation;
  /** The message that answers. */
  readonly index: number;
  /** What the client sent, and what the provider got. */
  readonly sent: JsonMap;
  readonly received: JsonMap;
  readonly original: (handle: string) => Promise<string>;
}

export async function judge(turn: Turn, evidence: Evidence): Promise<void> {
  const { conversation, index, sent, received } = turn;
  const seen = lazily(() => texts(received['messages'] ?? null));
  for (const { text, usedAt } of conversation.refs) {
    if (usedAt !== index) continue;
    if (seen().includes(text)) evidence.refsInText++;
    else if (await isRetrievable(text, seen(), turn.original)) evidence.refsByRetrieval++;
    else evidence.refsLost++;
  }
  for (const old of oldTexts(conversation.messages[index]!)) {
    const lines = old.split('\n').filter((line) => line.trim().length > 3);
    // Other edits were not made from what was sent.
    if (lines.length === 0 || !standIn(lines, texts(sent['messages'] ?? null))) continue;
    if (standIn(lines, seen())) evidence.editsExact++;
    else evidence.editsDamaged++;
  }
}

function lazily(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

function standIn(lines: readonly string[], text: string): boolean {
  return lines.every((line) => text.includes(line));
}

async function isRetrievable(text: string, seen: string, original: Turn['original']): Promise<boolean> {
  for (const handle of new Set(seen.match(/\b[0-9a-f]{24}\b/g) ?? [])) {
    if ((await original(handle)).includes(text)) return true;
  }
  return false;
}

/** All strings of a value, one after another. */
function texts(value: Json): string {
  const found: string[] = [];
  const walk = (one: Json): void => {
    if (typeof one === 'string') found.push(one);
    else if (typeof one === 'object' && one !== null) for (const member of Object.values(one) as Json[]) walk(member);
  };
  walk(value);
  return found.join('\n');
}

const OLD_TEXT_KEYS = ['old_string', 'oldString', 'old_str'];

/** The texts that a message's edit calls want to replace. */
function oldTexts({ content, tool_calls: calls }: JsonMap): readonly string[] {
  const inputs = [
    ...(typeof content === 'string' ? [] : asList(content).map((block) => asMap(block)['input'])),
    ...asList(calls).map((call) => parsed(asMap(asMap(call)['function'])['arguments'])),
  ].map(asMap);
  return inputs
    .flatMap((input) => [input, ...asList(input['edits']).map(asMap)])
    .map((input) => OLD_TEXT_KEYS.map((key) => input[key]).find((text) => text !== undefined))
    .filter((text): text is string => typeof text === 'string' && text !== '');
}

function parsed(text: Json | undefined): Json | undefined {
  try {
    return JSON.parse(asText(text)) as Json;
  } catch {
    return undefined;
  }
}
