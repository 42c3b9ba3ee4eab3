/** Streams of invented results with what a model needs of each: always a thing of the same kind, in values always new. */

export interface Need {
  /** What must stand in the view for the model to go on without a fetch. */
  readonly text: string;
  /** What it asks the retrieval tool for when it does not. */
  readonly ask: Readonly<Record<string, string>>;
}

export interface Result {
  readonly tool: string;
  readonly text: string;
  /** Undefined: the view is enough, whatever it says. */
  readonly need: Need | undefined;
  /** Pieces of the source, of which a view of no knowledge could say more: rows, lines. */
  readonly pieces: readonly string[];
}

export interface Stream {
  readonly name: string;
  readonly next: (chance: Chance) => Result;
}

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0;
  }

  upTo(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  word(length = 8): string {
    return Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz'[this.upTo(26)]).join('');
  }

  one<T>(of: readonly T[]): T {
    return of[this.upTo(of.length)]!;
  }
}

const START = 1_700_000_000_000;

function time(chance: Chance, step: number): string {
  return new Date(START + step * 61_000 + chance.upTo(60_000)).toISOString();
}

function rows<T>(chance: Chance, make: (index: number) => T): readonly T[] {
  return Array.from({ length: 70 + chance.upTo(80) }, (_, index) => make(index));
}

const issues: Stream = {
  name: 'issues: who opened one, by its path',
  next(chance) {
    const list = rows(chance, (index) => ({
      number: 4_000 + index * 3,
      title: `${chance.word()} ${chance.word(5)} ${chance.word()}`,
      state: chance.upTo(8) === 0 ? 'closed' : 'open',
      user: { login: chance.word(9), type: 'User' },
      comments: chance.upTo(30),
      created_at: time(chance, index),
      labels: [chance.one(['bug', 'feature', 'question'])],
      body: `${chance.word()} ${chance.word(4)} ${chance.word(7)} ${chance.word()}.`,
    }));
    const index = chance.upTo(list.length);
    const need = { text: list[index]!.user.login, ask: { path: `$[${index}].user.login` } };
    return { tool: 'list_issues', text: JSON.stringify(list), need, pieces: list.map((row) => JSON.stringify(row)) };
  },
};

const orders: Stream = {
  name: 'orders: where a parcel is, by the order’s number',
  next(chance) {
    const items = rows(chance, () => ({
      order: `A-${100_000 + chance.upTo(900_000)}`,
      customer: { id: chance.upTo(90_000), city: chance.one(['Bonn', 'Lyon', 'Turin', 'Porto']) },
      total: (chance.upTo(90_000) / 100).toFixed(2),
      parcel: { carrier: chance.one(['north', 'south']), dock: `${chance.word(3)}${chance.upTo(900_000)}` },
      note: `${chance.word()} ${chance.word(6)}`,
    }));
    const { order, parcel } = items[chance.upTo(items.length)]!;
    const need = { text: parcel.dock, ask: { query: order } };
    const text = JSON.stringify({ page: 1, total: items.length, items });
    return { tool: 'search_orders', text, need, pieces: items.map((row) => JSON.stringify(row)) };
  },
};

function logLines(chance: Chance, rare: () => string): readonly string[] {
  return Array.from({ length: 700 + chance.upTo(500) }, (_, step) => {
    const kind = chance.upTo(100);
    const at = time(chance, step);
    if (kind < 55) return `${at} INFO http: GET /items/${chance.upTo(90_000)} 200 in ${chance.upTo(90)} ms`;
    if (kind < 85) return `${at} INFO cache: hit key=${chance.word()}${chance.upTo(999)} size=${chance.upTo(900_000)}`;
    if (kind < 98)
      return `${at} INFO worker ${chance.upTo(16)} took job ${chance.upTo(9_000_000)} from queue q${chance.upTo(4)}`;
    return `${at} ${rare()}`;
  });
}

const payments: Stream = {
  name: 'log: which payments were declined, by these words',
  next(chance) {
    const lines = logLines(
      chance,
      () => `INFO billing: payment pay-${chance.upTo(9_000_000)} of account acc-${chance.upTo(90_000)} was declined`,
    );
    const declined = lines.filter((line) => line.includes('declined'));
    const text = /pay-\d+/.exec(chance.one(declined))![0];
    return { tool: 'Bash', text: lines.join('\n'), need: { text, ask: { query: 'was declined' } }, pieces: lines };
  },
};

const whole: Stream = {
  name: 'prices: all of the list, each time',
  next(chance) {
    const list = rows(chance, (index) => ({
      sku: `S${index}`,
      price: chance.upTo(90_000),
      stock: chance.upTo(400),
      supplier: chance.word(),
      remark: `${chance.word()} ${chance.word()}`,
    }));
    const need = { text: JSON.stringify(list.at(-2)), ask: {} };
    return {
      tool: 'price_list',
      text: JSON.stringify(list),
      need: needIn(need, list),
      pieces: list.map((row) => JSON.stringify(row)),
    };
  },
};

/** A remark of each tenth row: no view has room for what all of them take. */
function needIn(need: Need, list: readonly { readonly remark: string }[]): Need {
  return { ...need, text: list[Math.floor(list.length / 2)]!.remark };
}

const quiet: Stream = {
  name: 'users: the view is enough',
  next(chance) {
    const list = rows(chance, (index) => ({
      id: index,
      name: chance.word(),
      role: chance.one(['admin', 'member', 'guest']),
      seen: time(chance, index),
    }));
    return {
      tool: 'list_users',
      text: JSON.stringify(list),
      need: undefined,
      pieces: list.map((row) => JSON.stringify(row)),
    };
  },
};

export const STREAMS: readonly Stream[] = [issues, orders, payments, whole, quiet];
