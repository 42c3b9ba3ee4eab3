/**
 * What changes between a client and the server that is wrapped: the texts of tool results, and one more tool in the list.
 * Every other message, and every other byte of those, is the sender's own.
 */
import { JsonDocument, type JsonEdit } from '../../core/json/document.ts';
import { locate } from '../../core/json/locate.ts';
import { asArray, asObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { shorten, type ToolHost } from '../tool-host.ts';
import { callTool, listed, RETRIEVE } from '../tools.ts';

/** What the client waits for. */
type Asked =
  | { readonly kind: 'list'; readonly isFirstPage: boolean }
  | { readonly kind: 'call'; readonly tool: string; readonly input: JsonValue };

export interface FromClient {
  /** For the server: the line as it came, unless it is answered here. */
  readonly forward: Buffer | undefined;
  /** For the client. */
  readonly reply: Buffer | undefined;
}

/** No text in a line this long is worth the memory that reading it takes. */
const MAX_BYTES = 64 * 2 ** 20;

export class Relay {
  readonly #host: ToolHost;
  /** Whether views may go out at all, and with them the tool. */
  readonly #mayOffer: boolean;
  readonly #asked = new Map<string, Asked>();
  /** Calls whose results come later, by the id of their task. */
  readonly #tasks = new Map<string, Asked>();
  #hasOwnTool = false;
  #isOffered = false;

  constructor(host: ToolHost, mayOffer: boolean) {
    this.#host = host;
    this.#mayOffer = mayOffer;
  }

  async fromClient(line: Buffer): Promise<FromClient> {
    const document = parse(line);
    const { method, id, params } = asObject(document?.value);
    const forward = { forward: line, reply: undefined };
    if (!document || typeof method !== 'string') return forward;
    if (method === 'notifications/cancelled') this.#asked.delete(keyOf(asObject(params)['requestId']));
    if (id === undefined) return forward;
    const asked = this.#understand(method, asObject(params));
    if (asked?.kind === 'call' && asked.tool === RETRIEVE.name && this.#mayOffer && !this.#hasOwnTool)
      return { forward: undefined, reply: await this.#retrieve(document, asked.input) };
    if (asked?.kind === 'call') this.#host.warm?.();
    if (asked) this.#asked.set(keyOf(id), asked);
    return forward;
  }

  async fromServer(line: Buffer): Promise<Buffer> {
    const document = parse(line);
    const { method, id, result } = asObject(document?.value);
    if (!document || method !== undefined || id === undefined) return line;
    const asked = this.#asked.get(keyOf(id));
    this.#asked.delete(keyOf(id));
    if (!asked || result === undefined) return line;
    try {
      const edits = asked.kind === 'list' ? this.#listEdits(asked, result) : await this.#callEdits(asked, result);
      return Buffer.from(document.apply(edits));
    } catch {
      return line;
    }
  }

  #understand(method: string, params: JsonObject): Asked | undefined {
    switch (method) {
      case 'tools/list':
        return { kind: 'list', isFirstPage: params['cursor'] === undefined };
      case 'tools/call':
        return { kind: 'call', tool: wordOf(params['name']), input: params['arguments'] ?? {} };
      case 'tasks/result':
        return this.#tasks.get(wordOf(params['taskId']));
      default:
        return undefined;
    }
  }

  async #retrieve(document: JsonDocument, input: JsonValue): Promise<Buffer> {
    const { params } = asObject(document.value);
    const result = await callTool(RETRIEVE.name, input, this.#host);
    const version = asObject(asObject(params)['_meta'])['io.modelcontextprotocol/protocolVersion'];
    // Since 2026-07-28 each request names its version, and each result says what it is.
    const said = JSON.stringify(version === undefined ? result : { ...result, resultType: 'complete' });
    return Buffer.from(`{"jsonrpc":"2.0","id":${textAt(document, 'id')},"result":${said}}\n`);
  }

  /** The tool comes last on the last page, unless the server has one of its name. */
  #listEdits({ isFirstPage }: Asked & { kind: 'list' }, result: JsonValue): readonly JsonEdit[] {
    const { tools, nextCursor } = asObject(result);
    if (!Array.isArray(tools)) return [];
    if (isFirstPage) this.#hasOwnTool = false;
    this.#hasOwnTool ||= asArray(tools).some((tool) => asObject(tool)['name'] === RETRIEVE.name);
    if (typeof nextCursor === 'string' && nextCursor !== '') return [];
    this.#isOffered = this.#mayOffer && !this.#hasOwnTool;
    const value = listed(RETRIEVE) as unknown as JsonValue;
    return this.#isOffered ? [{ op: 'append', path: ['result', 'tools'], value }] : [];
  }

  async #callEdits(asked: Asked & { kind: 'call' }, result: JsonValue): Promise<readonly JsonEdit[]> {
    const { content, isError, task } = asObject(result);
    const { taskId } = asObject(task);
    if (taskId !== undefined) this.#tasks.set(wordOf(taskId), asked);
    const edits: JsonEdit[] = [];
    for (const [index, block] of asArray(content).entries()) {
      const { type, text, annotations } = asObject(block);
      if (type !== 'text' || typeof text !== 'string' || !isForModel(annotations)) continue;
      const canFetch = this.#isOffered && isError !== true;
      const { tool, input } = asked;
      const form = await shorten({ text, tool, input, isError: isError === true, canFetch }, this.#host);
      if (form.text === text) continue;
      edits.push({ op: 'replace', path: ['result', 'content', index, 'text'], value: form.text });
    }
    return edits;
  }
}

function isForModel(annotations: JsonValue | undefined): boolean {
  const { audience } = asObject(annotations);
  return audience === undefined || asArray(audience).includes('assistant');
}

/** Undefined for what is no message: it passes as it is, like several messages in one list. */
function parse(line: Buffer): JsonDocument | undefined {
  if (line.length > MAX_BYTES) return undefined;
  try {
    return JsonDocument.parse(line);
  } catch {
    return undefined;
  }
}

function wordOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** 1 and "1" are two. */
function keyOf(id: JsonValue | undefined): string {
  return JSON.stringify(id ?? null);
}

/** As it was spelled: a number may be longer than a double holds. */
function textAt({ text }: JsonDocument, key: string): string {
  const [place] = locate(text, [{ path: [key], isRemoved: false }]);
  return text.slice(place!.start, place!.end);
}
