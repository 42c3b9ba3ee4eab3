/**
 * A crowd of clients, in a process of its own: each sends a conversation of 2 MB, waits for the answer, sends the next.
 * `remembered` sends what was sent before; `first-sight` writes a new number into each tool result before it sends.
 */
import { setPriority } from 'node:os';
import { messageBody, work } from './bodies.ts';
import { Client, type Request } from './client.ts';

export interface Order {
  readonly url: string;
  readonly clients: number;
  readonly bytes: number;
  readonly variant: 'remembered' | 'first-sight';
  readonly seconds: number;
}

export interface Outcome {
  readonly answers: number;
  readonly seconds: number;
  readonly wholeMs: readonly number[];
}

const BLANK = '#00000000#';
const HEADERS = { 'x-api-key': 'bench-key', 'anthropic-version': '2023-06-01' };

let serial = 0;

/** Conversations differ from client to client; each tool result holds a number that can be written over. */
function conversation(bytes: number, seed: number): { readonly body: Buffer; readonly blanks: readonly number[] } {
  const { head, messages } = work(bytes, 10_240, seed, BLANK);
  const body = messageBody(messages, head);
  const blanks: number[] = [];
  for (let at = body.indexOf(BLANK); at !== -1; at = body.indexOf(BLANK, at + 1)) blanks.push(at + 1);
  return { body, blanks };
}

async function client(order: Order, seed: number, until: () => number, outcome: number[]): Promise<void> {
  const { body, blanks } = conversation(order.bytes, seed);
  const connection = new Client(order.url);
  const request: Request = { path: '/v1/messages', headers: HEADERS, body };
  while (performance.now() < until()) {
    if (order.variant === 'first-sight') {
      for (const at of blanks) body.write(String(++serial).padStart(8, '0'), at, 'latin1');
    }
    const { status, wholeMs } = await connection.post(request);
    if (status !== 200) throw new Error(`answered ${status}`);
    outcome.push(wholeMs);
  }
  await connection.close();
}

// Clients are other machines: they must not take the processor from the proxy that is measured.
setPriority(19);
process.once('message', (order: Order) => void obey(order));

async function obey(order: Order): Promise<void> {
  const wholeMs: number[] = [];
  if (order.variant === 'remembered') {
    // Everybody's conversation is sent once before it counts.
    for (let seed = 1; seed <= order.clients; seed++)
      await client(order, seed, () => (wholeMs.length < seed ? Infinity : 0), wholeMs);
    wholeMs.length = 0;
  }
  process.send!('started');
  const start = performance.now();
  const end = start + order.seconds * 1000;
  await Promise.all(Array.from({ length: order.clients }, (_, index) => client(order, index + 1, () => end, wholeMs)));
  const outcome: Outcome = { answers: wholeMs.length, seconds: (performance.now() - start) / 1000, wholeMs };
  process.send!(outcome);
  process.disconnect();
}
