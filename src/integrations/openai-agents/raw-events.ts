/**
 * A provider's own events as they pass through a model's stream, without the calls that are answered unseen: those of
 * Responses and of Chat Completions in their places, and any other that names our tool as a whole.
 */
type Fields = Readonly<Record<string, unknown>>;

const ID_KEYS = ['id', 'item_id', 'call_id', 'callId', 'toolCallId'] as const;
const LIST_KEYS = ['output', 'tools'] as const;
const NAME_KEYS = ['name', 'toolName', 'tool_name'] as const;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Of one answer. */
export class RawEvents {
  readonly #toolName: string;
  readonly #hidden = new Set<unknown>();

  constructor(toolName: string) {
    this.#toolName = toolName;
  }

  /** The event as the program sees it, if it does. */
  pass(event: unknown): unknown {
    if (!isFields(event)) return event;
    if (isFields(event['response'])) return { ...event, response: this.whole(event['response']) };
    if (Array.isArray(event['choices'])) return this.#chunk(event, event['choices']);
    return this.#isHidden(event) || this.#isHidden(fieldsOf(event['item'])) ? undefined : event;
  }

  /** A whole answer, which may repeat the tools that were offered. */
  whole<Answer extends Fields>(answer: Answer): Answer {
    const lists: (readonly [string, readonly unknown[]])[] = LIST_KEYS.flatMap((key) => {
      const list = listOf(answer[key]);
      const kept = list.filter((item) => !this.#isNamed(fieldsOf(item)));
      return kept.length < list.length ? [[key, kept] as const] : [];
    });
    const choices = listOf(answer['choices']);
    const shown = choices.map((choice) => this.#choice(fieldsOf(choice), 'message'));
    if (shown.some((choice, index) => choice !== choices[index])) lists.push(['choices', shown]);
    return lists.length > 0 ? { ...answer, ...Object.fromEntries(lists) } : answer;
  }

  #chunk(chunk: Fields, given: readonly unknown[]): Fields | undefined {
    const choices = given.map((choice) => this.#choice(fieldsOf(choice), 'delta'));
    if (choices.every((choice, index) => choice === given[index])) return chunk;
    const isEmpty = choices.every(({ delta, finish_reason: end }) => !end && Object.keys(fieldsOf(delta)).length === 0);
    return isEmpty ? undefined : { ...chunk, choices };
  }

  #choice(choice: Fields, key: 'delta' | 'message'): Fields {
    const said = fieldsOf(choice[key]);
    const calls = listOf(said['tool_calls']);
    const kept = calls.filter((call) => {
      const { index, function: named } = fieldsOf(call);
      const place = `call ${String(index)}`;
      const isOurs = this.#isNamed(fieldsOf(named));
      if (isOurs && index !== undefined) this.#hidden.add(place);
      return !isOurs && !this.#hidden.has(place);
    });
    if (kept.length === calls.length) return choice;
    const { tool_calls: _, ...rest } = said;
    return { ...choice, [key]: kept.length > 0 ? { ...rest, tool_calls: kept } : rest };
  }

  #isHidden(fields: Fields): boolean {
    const ids = ID_KEYS.map((key) => fields[key]).filter((id) => typeof id === 'string');
    if (this.#isNamed(fields)) for (const id of ids) this.#hidden.add(id);
    return this.#isNamed(fields) || ids.some((id) => this.#hidden.has(id));
  }

  #isNamed(fields: Fields): boolean {
    return NAME_KEYS.some((key) => fields[key] === this.#toolName);
  }
}

/** What says that an answer begins: to the program there is one. */
export function isOpening(event: unknown): boolean {
  const { type } = fieldsOf(event);
  return type === 'response.created' || type === 'response.in_progress';
}

/** What says that an answer ends: whether it does for the program is known later. */
export function isClosing(event: unknown): boolean {
  const { choices, type } = fieldsOf(event);
  return type === 'finish' || listOf(choices).some((choice) => Boolean(fieldsOf(choice)['finish_reason']));
}
