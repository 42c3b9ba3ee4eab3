/**
 * What became of a body on its way, judged without any code of the proxy: a small JSON scanner of its own finds the
 * texts of tool results in what the client sent and in what arrived, and says whether anything else is different.
 */

interface Node {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly items: readonly Node[];
  /** The last of members with one name, as parsers have it. */
  readonly members: ReadonlyMap<string, Node>;
}

const LITERAL = /[^\s,\]}]+/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

function scan(source: string): Node {
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(source[at] ?? '')) at += 1;
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (!found) throw new SyntaxError(`no JSON at ${at}`);
    at = pattern.lastIndex;
    return found[0];
  };
  const value = (): Node => {
    skip();
    const start = at;
    const items: Node[] = [];
    const members = new Map<string, Node>();
    const open = source[at];
    if (open === '[' || open === '{') {
      at += 1;
      for (skip(); source[at] !== ']' && source[at] !== '}'; skip()) {
        if (source[at] === ',') at += 1;
        skip();
        if (open === '[') items.push(value());
        else {
          const key = JSON.parse(take(STRING)) as string;
          skip();
          at += 1;
          members.set(key, value());
        }
      }
      at += 1;
    } else if (open === '"') take(STRING);
    else take(LITERAL);
    return { start, end: at, text: source.slice(start, at), items, members };
  };
  return value();
}

/** Where each API has its messages; Cloud Code puts the whole request into a member. */
function messageNodes(body: Node): readonly Node[] {
  const { members } = body;
  const list =
    members.get('messages') ??
    members.get('input') ??
    members.get('contents') ??
    members.get('request')?.members.get('contents');
  return list?.items ?? [];
}

/** Each message of the body, as its bytes stand there. */
export function messagesOf(body: Uint8Array): readonly string[] {
  return messageNodes(scan(Buffer.from(body).toString())).map(({ text }) => text);
}

function stringOf(node: Node | undefined): string | undefined {
  return node?.text.startsWith('"') ? (JSON.parse(node.text) as string) : undefined;
}

/** A content is a string or a list of blocks with texts. */
function textsOf(content: Node | undefined): readonly Node[] {
  if (!content) return [];
  if (content.text.startsWith('"')) return [content];
  return content.items.flatMap(({ members }) =>
    /^(?:input_)?text$/.test(stringOf(members.get('type')) ?? '') ? (members.get('text') ?? []) : [],
  );
}

/** An output of the Responses API; a shell's has both streams of each command. */
function outputTexts(output: Node | undefined): readonly Node[] {
  const streams = (output?.items ?? []).flatMap(({ members }) => [members.get('stdout'), members.get('stderr')]);
  return [...textsOf(output), ...streams.filter((stream) => stream !== undefined)];
}

/** The strings of a function response; what else stands there is data. */
function responseTexts(part: Node): readonly Node[] {
  const response = part.members.get('functionResponse')?.members.get('response');
  return [...(response?.members.values() ?? [])].filter(({ text }) => text.startsWith('"'));
}

function resultNodes(body: string): readonly Node[] {
  return messageNodes(scan(body)).flatMap(({ members }) => {
    const parts = members.get('parts');
    if (parts) return parts.items.flatMap(responseTexts);
    const content = members.get('content');
    const role = stringOf(members.get('role'));
    if (stringOf(members.get('type'))?.endsWith('_call_output')) return outputTexts(members.get('output'));
    if (role === 'tool' || role === 'function') return textsOf(content);
    const blocks = content?.items ?? [];
    return blocks.flatMap((block) =>
      stringOf(block.members.get('type')) === 'tool_result' ? textsOf(block.members.get('content')) : [],
    );
  });
}

/** The texts of all tool results, in order. */
export function resultTexts(body: Uint8Array): readonly string[] {
  return resultNodes(Buffer.from(body).toString()).map(({ text }) => JSON.parse(text) as string);
}

/** The body's bytes with every tool result's text cut out: what nobody may touch. */
export function aroundResults(body: Uint8Array): string {
  const source = Buffer.from(body).toString('utf8');
  let rest = '';
  let cursor = 0;
  for (const { start, end } of resultNodes(source)) {
    rest += `${source.slice(cursor, start)}<result>`;
    cursor = end;
  }
  return rest + source.slice(cursor);
}

export interface WithoutTool {
  /** The body as if no tool had been added. */
  readonly body: Buffer;
  /** The bytes that were added; empty when none were. */
  readonly tool: string;
}

/** Takes out the retrieval tool, where it is the last of the tools, and the comma before it. */
export function withoutTool(body: Uint8Array): WithoutTool {
  const source = Buffer.from(body).toString();
  const root = scan(source);
  const tools = root.members.get('tools') ?? root.members.get('request')?.members.get('tools');
  const [before, added] = lastAdded(tools) ?? [];
  if (!added) return { body: Buffer.from(source), tool: '' };
  const start = before?.end ?? added.start;
  return { body: Buffer.from(source.slice(0, start) + source.slice(added.end)), tool: source.slice(start, added.end) };
}

function lastAdded(tools: Node | undefined): readonly [Node | undefined, Node] | undefined {
  const last = tools?.items.at(-1);
  if (!tools || !last) return undefined;
  const names = [last.members.get('name'), last.members.get('function')?.members.get('name')];
  if (names.some((name) => stringOf(name) === 'headroom_retrieve')) return [tools.items.at(-2), last];
  return tools.items
    .map(({ members }) => lastAdded(members.get('functionDeclarations')))
    .find((found) => found !== undefined);
}
