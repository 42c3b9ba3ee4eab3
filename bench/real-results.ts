/** Real tool results from the folder that HEADROOM_DATA names: JSON Lines files of tool outputs and of agent sessions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = any; // oxlint-disable-line typescript/no-explicit-any -- several foreign shapes, read once and narrowed here

export interface RealResult {
  readonly set: string;
  /** What the set says it is, or what the tool was called. */
  readonly kind: string;
  readonly text: string;
}

/** A whole conversation in the shape of one API. */
export interface RealSession {
  readonly set: string;
  readonly format: 'anthropic-messages' | 'openai-chat';
  readonly messages: readonly Json[];
}

/** The folder, or undefined after saying so. */
export function realResultsFolder(): string | undefined {
  const folder = process.env['HEADROOM_DATA'];
  if (!folder) console.log('Skipped: real data. Set HEADROOM_DATA to its folder.\n');
  return folder;
}

function* records(folder: string, prefix: string): Generator<readonly [set: string, record: Json]> {
  const files = readdirSync(folder).filter((file) => file.startsWith(prefix) && file.endsWith('.jsonl'));
  for (const file of files.toSorted()) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      if (line.trim() !== '') yield [file.slice(0, -'.jsonl'.length), JSON.parse(line)];
    }
  }
}

export function* toolOutputs(folder: string): Generator<RealResult> {
  for (const [set, { kind, content }] of records(folder, 'to_')) yield { set, kind, text: content };
}

/**
 * Sessions with their results as tool results: sessions that wrote them as user turns are put into that shape, and
 * reasoning is left out, because it would say that the history was sent before.
 */
export function* sessions(folder: string): Generator<RealSession> {
  for (const [set, { format, messages }] of records(folder, 'traj_')) {
    const shape = SHAPES[format as string];
    if (!shape) throw new Error(`${set}: unknown format ${format}`);
    yield { set, ...shape(inTodaysForm(messages)) };
  }
}

/** Older clients padded the numbers of file reads, `    12→`; today's write `12<TAB>`. */
function inTodaysForm(messages: readonly Json[]): readonly Json[] {
  return JSON.parse(JSON.stringify(messages), (_, value: Json) =>
    typeof value === 'string' && value.includes('→') ? withTabs(value) : value,
  );
}

function withTabs(text: string): string {
  const lines = text.split('\n');
  const numbered = lines.filter((line) => /^ *\d+→/.test(line)).length;
  return numbered * 2 < lines.length ? text : lines.map((line) => line.replace(/^ *(\d+)→/, '$1\t')).join('\n');
}

type Shaped = Omit<RealSession, 'set'>;

const SHAPES: Readonly<Record<string, (messages: readonly Json[]) => Shaped>> = {
  'anthropic-messages': (messages) => ({
    format: 'anthropic-messages',
    messages: messages
      .map(({ role, content }) => ({
        role,
        content: typeof content === 'string' ? content : content.filter(({ type }: Json) => type !== 'thinking'),
      }))
      .filter(({ content }) => content.length > 0),
  }),
  'openai-chat': (messages) => ({ format: 'openai-chat', messages }),
  'openai-chat-legacy-functions': (messages) => asTools(messages, ({ role }) => role === 'function'),
  'openai-chat-text-actions': (messages) =>
    asTools(messages, ({ role }, index) => role === 'user' && messages[index - 1]?.role === 'assistant'),
};

function asTools(messages: readonly Json[], isResult: (message: Json, index: number) => boolean): Shaped {
  const shaped = messages.map((message, index) => {
    const content = textOf(message.content);
    if (isResult(message, index)) return { role: 'tool', tool_call_id: `call_${index}`, content };
    if (index + 1 < messages.length && isResult(messages[index + 1], index + 1)) {
      const name = message.function_call?.name ?? 'shell';
      const call = {
        id: `call_${index + 1}`,
        type: 'function',
        function: { name, arguments: message.function_call?.arguments ?? '{}' },
      };
      return { role: 'assistant', content, tool_calls: [call] };
    }
    return { role: message.role, content };
  });
  return { format: 'openai-chat', messages: shaped };
}

function textOf(content: Json): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((block) => block.text ?? '').join('\n') : '';
}

export function bodyOf({ messages }: RealSession): Buffer {
  return Buffer.from(JSON.stringify({ model: 'bench', max_tokens: 1024, messages }));
}

const KINDS: readonly (readonly [kind: string, test: (text: string, lines: readonly string[]) => boolean])[] = [
  ['short (under 200 characters)', (text) => text.length < 200],
  ['JSON', isJson],
  ['file read with line numbers', (_, lines) => share(lines, /^\s*\d+(?:\t|→|[|:] ?)/) > 0.6],
  ['diff', (text) => /^(?:diff --git |--- \S+|@@ -\d+)/m.test(text) && /^[-+]/m.test(text)],
  ['search hits', (_, lines) => share(lines, /^\S+?:\d+[:-]/) > 0.5],
  [
    'test or build report',
    (text) =>
      /\b(?:\d+ (?:passed|failed|tests?|errors?|warnings?)\b|FAILED|BUILD|Traceback|npm (?:ERR|WARN)|✓|PASS\b)/.test(
        text,
      ),
  ],
  ['log', (_, lines) => share(lines, /\d{2}:\d{2}:\d{2}|\b(?:INFO|WARN|ERROR|DEBUG)\b/) > 0.4],
  ['list of paths', (_, lines) => share(lines, /^[-\w./@ ]+$|^[-dlrwx]{10} /) > 0.8 && share(lines, /[/.]/) > 0.8],
  ['markup', (text) => /^\s*<(?:!doctype|html|\?xml|\w+[ >])/i.test(text)],
  [
    'source code',
    (_, lines) =>
      share(lines, /[;{}]$|^\s*(?:def|class|import|from|return|if|for|const|let|fn|pub|end|do)\b|^\s+\w/) > 0.4,
  ],
];

/** What a text is, told by its looks, for tables only. */
export function kindOf(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return KINDS.find(([, test]) => test(text, lines))?.[0] ?? 'prose and the rest';
}

function share(lines: readonly string[], pattern: RegExp): number {
  return lines.length === 0 ? 0 : lines.filter((line) => pattern.test(line)).length / lines.length;
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
