/**
 * Carries the events of a response over its hops, whatever they come in: our calls are left out, what comes after them
 * moves up, and one response begins and ends. Until something is hidden every event goes on as it came.
 */
import type { Hiding, HopEnd } from '../../core/continuation.ts';
import { JsonDocument, type JsonEdit } from '../../core/json/document.ts';
import { asObject, isJsonObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { type CallEdge, CallGate } from '../hidden-call.ts';
import { textOf } from '../part-list.ts';
import { parseJson } from '../response-reader.ts';
import { unechoed, withoutEcho } from './echo.ts';
import { asVisible, endOf, errorOf, isCallOf, isHiddenItem, itemsOf, mayBeRefused } from './output.ts';

const OPENINGS: ReadonlySet<string> = new Set(['response.created', 'response.queued', 'response.in_progress']);
const ENDINGS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);
/** Some providers end their streams so. */
const DONE = '[DONE]';

const HELD = Symbol('held');

/** An event of which the data goes to the client, and what brought it. */
export interface ShownEvent<Carrier> {
  readonly data: string;
  readonly carrier: Carrier;
  /** The data as it came. */
  readonly came: string;
}

interface Read<Carrier> {
  readonly data: string;
  readonly carrier: Carrier;
  /** Undefined for comments and what is no JSON. */
  readonly event: JsonObject | undefined;
  readonly type: string;
  /** Of the item that it is about, if it is about one. */
  readonly key: number | undefined;
}

export class EventSplicer<Carrier> {
  readonly #hiding: Hiding;
  readonly #isKept: boolean;
  #hop = new StreamedHop();
  #hops = 0;
  /** The hop that was pushed last has ended: what comes next is another. */
  #isOver = false;
  /** The response as it was when it began. */
  #first: JsonObject = {};
  /** The number of the event that the client got last. */
  #number = -1;
  /** Of the hops that are over. */
  readonly #visible: JsonValue[] = [];
  readonly #usages: JsonObject[] = [];
  readonly #seenIds = new Set<string>();
  #hasHidden = false;
  #fillsOutput = false;
  #hasFailed = false;
  /** The events that end the present hop, kept until it is known whether they end the response. */
  #held: Read<Carrier>[] = [];
  readonly #gate = new CallGate<Read<Carrier>>();

  /** @param isKept whether every answer can be gone on from by its id, whatever it says itself. */
  constructor(hiding: Hiding, isKept = false) {
    this.#hiding = hiding;
    this.#isKept = isKept;
  }

  /** What the client gets of an event now, if anything. */
  pass(data: string, carrier: Carrier): readonly ShownEvent<Carrier>[] {
    if (this.#isOver) this.#nextHop();
    const parsed = data === '' ? undefined : parseJson(data);
    const event = isJsonObject(parsed) ? parsed : undefined;
    return this.#through({ data, carrier, event, type: textOf(event?.['type']), key: undefined }).flatMap((read) => {
      const shown = this.#pass(read);
      if (shown === HELD) this.#held.push(read);
      if (shown === HELD || shown === undefined) return [];
      return { data: shown, carrier: read.carrier, came: read.data };
    });
  }

  /** What may be shown of the stream now: a call that may be refused waits for its end. */
  #through(read: Read<Carrier>): readonly Read<Carrier>[] {
    const { data, event, type } = read;
    if (!event && data.trim() !== DONE) return this.#gate.pass(read, 'aside');
    if (!event || type === 'error' || ENDINGS.has(type)) return [...this.#gate.flush(), read];
    if (OPENINGS.has(type)) return this.#gate.pass(read, undefined);
    const { key, edge } = this.#hop.see(event, type, this.#hiding);
    return this.#gate.pass({ ...read, key }, edge, key);
  }

  endHop(): HopEnd {
    const { response } = this.#hop;
    const keys = this.#hop.keys();
    const hasEvents = keys.length > 0;
    const pieces = hasEvents ? keys.map((key) => this.#hop.items.get(key)!) : itemsOf(response);
    const isOurs = (item: JsonObject, index: number): boolean =>
      hasEvents ? this.#hop.hidden.has(keys[index]!) : isHiddenItem(item, this.#hiding);
    const hidden = [...pieces.keys()].filter((index) => isOurs(pieces[index]!, index));
    const said = itemsOf(response);
    this.#fillsOutput ||= said.length > 0;
    const hiddenCalls = new Set(hidden.map((index) => pieces[index]!['call_id']));
    const shown = (said.length > 0 ? said : pieces).filter(
      ({ call_id: id }) => id === undefined || !hiddenCalls.has(id),
    );
    this.#visible.push(...shown.map((item) => this.#hop.renamed(item)));
    this.#usages.push(asObject(response['usage']));
    this.#isOver = true;
    const end = endOf(pieces, hidden, this.#hiding, this.#isKept ? { ...response, store: true } : response);
    return this.#hasFailed ? { ...end, calls: [] } : end;
  }

  /** The events that end the response. */
  finish(): readonly ShownEvent<Carrier>[] {
    return this.#held.map((read) => ({ data: this.#ending(read), carrier: read.carrier, came: read.data }));
  }

  /** The data of the event that ends the response when a later hop was refused. */
  fail(status: number, body: string): string {
    const { code, type, message } = errorOf(status, body);
    const error = { code: textOf(code) || textOf(type) || 'server_error', message: textOf(message) };
    const response = { ...this.#first, status: 'failed', error, output: this.#fillsOutput ? this.#visible : [] };
    return JSON.stringify({ type: 'response.failed', sequence_number: ++this.#number, response });
  }

  /** Nothing was hidden so far: there is nothing to change. */
  get #isPlain(): boolean {
    return this.#hops === 0 && !this.#hasHidden;
  }

  #nextHop(): void {
    this.#isOver = false;
    for (const id of this.#hop.ids()) this.#seenIds.add(id);
    this.#hop = new StreamedHop(this.#hop.shownAfter, this.#seenIds);
    this.#held = [];
    this.#hops++;
  }

  #pass({ data, event, type, key }: Read<Carrier>): string | undefined | typeof HELD {
    if (!event) return data.trim() === DONE ? this.#untilEnd(data) : data;
    if (OPENINGS.has(type)) return this.#passOpening(data, event);
    if (ENDINGS.has(type)) return this.#passEnding(data, event);
    if (type === 'error') this.#hasFailed = true;
    // What a waiting answer lacks is here, and comes with the next hop.
    if (type === 'response.steer.pending' && this.#hasHidden) return undefined;
    this.#hasHidden ||= this.#hop.hidden.size > 0;
    if (key !== undefined && this.#hop.hidden.has(key)) return undefined;
    return this.#again(data, event, key);
  }

  #passOpening(data: string, event: JsonObject): string | undefined {
    if (this.#hops > 0) return undefined;
    this.#first = this.#own(event);
    return this.#again(this.#withoutEcho(data, event), event, undefined);
  }

  #passEnding(data: string, event: JsonObject): string | typeof HELD {
    this.#hop.response = this.#own(event);
    if (textOf(this.#first['id']) === '') this.#first = this.#hop.response;
    if (event['type'] === 'response.failed') this.#hasFailed = true;
    return this.#untilEnd(data, event);
  }

  /** The response of an event as its client would have it without us. */
  #own({ response }: JsonObject): JsonObject {
    return unechoed(asObject(response), this.#isAdded);
  }

  #withoutEcho(data: string, { response }: JsonObject): string {
    return edited(data, withoutEcho(asObject(response), ['response'], this.#isAdded));
  }

  readonly #isAdded = (name: unknown): boolean => name === this.#hiding.toolName;

  /** An answer that the provider keeps can be gone on from by its id, so that must be known here before the client does. */
  #untilEnd(data: string, event?: JsonObject): string | typeof HELD {
    const isShown = this.#isPlain && !this.#isKept && this.#hop.response['store'] === false;
    if (!isShown) return HELD;
    return event ? this.#withoutEcho(data, event) : data;
  }

  #again(data: string, event: JsonObject, key: number | undefined): string {
    const number = event['sequence_number'];
    if (this.#isPlain) {
      if (typeof number === 'number') this.#number = number;
      return data;
    }
    const edits: JsonEdit[] = [];
    const put = (path: readonly (string | number)[], value: JsonValue, before: JsonValue | undefined): void => {
      if (before !== undefined && before !== value) edits.push({ op: 'replace', path, value });
    };
    if (typeof number === 'number') put(['sequence_number'], ++this.#number, number);
    if (key !== undefined) put(['output_index'], this.#hop.placeOf(key), event['output_index']);
    const itemId = textOf(event['item_id']);
    if (itemId !== '') put(['item_id'], this.#hop.newId(itemId), itemId);
    const ownId = textOf(asObject(event['item'])['id']);
    if (ownId !== '') put(['item', 'id'], this.#hop.newId(ownId), ownId);
    const response = asObject(event['response']);
    if (response['id'] !== undefined) put(['response', 'id'], this.#first['id'] ?? null, response['id']);
    return edited(data, edits);
  }

  #ending({ data, event }: Read<Carrier>): string {
    if (!event || !isJsonObject(event['response'])) return data;
    if (this.#isPlain) return this.#withoutEcho(data, event);
    const echo = withoutEcho(event['response'], ['response'], this.#isAdded);
    const output = this.#fillsOutput ? this.#visible : undefined;
    const visible = { first: this.#first, output, usages: this.#usages };
    const edits = [...echo, ...asVisible(event['response'], ['response'], visible)];
    if (typeof event['sequence_number'] === 'number')
      edits.push({ op: 'replace', path: ['sequence_number'], value: ++this.#number });
    return edited(data, edits);
  }
}

function edited(data: string, edits: readonly JsonEdit[]): string {
  return edits.length === 0 ? data : Buffer.from(JsonDocument.known(Buffer.from(data)).apply(edits)).toString();
}

/** What one hop said so far. */
class StreamedHop {
  readonly shownBefore: number;
  /** Items by their index, as they were said last. */
  readonly items = new Map<number, JsonObject>();
  /** Indexes of our calls. */
  readonly hidden = new Set<number>();
  /** The response as it ended. */
  response: JsonObject = {};
  readonly #taken: ReadonlySet<string>;
  readonly #indexes = new Map<string, number>();

  /** @param taken ids of items that earlier hops showed. */
  constructor(shownBefore = 0, taken: ReadonlySet<string> = new Set()) {
    this.shownBefore = shownBefore;
    this.#taken = taken;
  }

  /** The index of the item that an event is about, if it is about one, and where it stands in a call that may be refused. */
  see(event: JsonObject, type: string, hiding: Hiding): { readonly key: number | undefined; readonly edge: CallEdge } {
    const isItem = type === 'response.output_item.added' || type === 'response.output_item.done';
    const item = asObject(event['item']);
    const id = textOf(isItem ? item['id'] : event['item_id']);
    const said = event['output_index'];
    const known = typeof said === 'number' ? said : this.#indexes.get(id);
    if (!isItem) return { key: known, edge: undefined };
    const key = known ?? this.items.size;
    if (!this.items.has(key) && isCallOf(item, hiding.toolName)) this.hidden.add(key);
    this.items.set(key, item);
    if (id !== '') this.#indexes.set(id, key);
    if (this.hidden.has(key) || !mayBeRefused(item, hiding)) return { key, edge: undefined };
    const isWhole = type === 'response.output_item.done';
    if (isWhole && isHiddenItem(item, hiding)) this.hidden.add(key);
    return { key, edge: isWhole ? 'ends' : 'starts' };
  }

  keys(): readonly number[] {
    return [...this.items.keys()].toSorted((a, b) => a - b);
  }

  ids(): readonly string[] {
    return [...this.#indexes.keys()];
  }

  /** Where the client has the item of this index. */
  placeOf(key: number): number {
    return this.shownBefore + key - [...this.hidden].filter((hidden) => hidden < key).length;
  }

  get shownAfter(): number {
    const last = this.keys().findLast((key) => !this.hidden.has(key));
    return last === undefined ? this.shownBefore : this.placeOf(last) + 1;
  }

  /** Ids are unique in a response; some providers count them anew in each. */
  newId(id: string): string {
    return this.#taken.has(id) ? `${id}_${this.shownBefore}` : id;
  }

  renamed(item: JsonObject): JsonObject {
    const id = textOf(item['id']);
    return this.#taken.has(id) ? { ...item, id: this.newId(id) } : item;
  }
}
