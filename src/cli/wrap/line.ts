/** The other end of a listing: asks a proxy about itself, stops it, or holds a line to it for as long as a session lasts. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type FoundEntry, proofOf, removeEntry } from './entries.ts';
import { GOODBYE, type Hello, type Particulars, type Wish } from './listing.ts';

/** A line that is held. */
export interface Line {
  readonly proxy: Particulars;
  /** Whether the proxy answers right now. */
  isAlive(): Promise<boolean>;
  /** Called once, when the proxy takes nothing more but still answers what it has. */
  onLeaving(listener: () => void): void;
  /** Called once, when the proxy has gone, or has not answered for long. */
  onGone(listener: () => void): void;
  hangUp(): void;
}

/** A proxy that is there says so at once; one that hangs is none. */
const ANSWER_MS = 1_500;
const BEAT_MS = 3_000;
const MISSED_BEATS = 3;

/** Undefined when the proxy is gone: its entry goes with it. */
export async function ask(entry: FoundEntry, wish: Exclude<Wish, 'stay'>): Promise<Particulars | undefined> {
  const said = await call(entry, wish, '');
  said?.socket.destroy();
  return said?.proxy;
}

/** Undefined when the proxy is gone. */
export async function holdLine(entry: FoundEntry, agent: string): Promise<Line | undefined> {
  const said = await call(entry, 'stay', agent);
  return said && new HeldLine(said);
}

interface Answered {
  readonly proxy: Particulars;
  readonly socket: Socket;
  readonly lines: ReturnType<typeof createInterface>;
}

/** Only who answers wrongly, or not at all, is gone: a slow one keeps its entry. */
async function call(entry: FoundEntry, wish: Wish, agent: string): Promise<Answered | undefined> {
  const socket = connect(entry.port, '127.0.0.1');
  // It repeats the socket's errors, which are looked at there.
  const lines = createInterface(socket).on('error', () => undefined);
  const hello: Hello = { proof: proofOf(entry.secret, 'session'), wish, agent, pid: process.pid };
  socket.write(`${JSON.stringify(hello)}\n`);
  const line = await new Promise<string>((resolve) => {
    const late = setTimeout(() => resolve('slow'), ANSWER_MS);
    lines.once('line', resolve);
    socket.on('error', () => resolve('gone')).on('close', () => resolve('gone'));
    socket.once('close', () => clearTimeout(late));
    lines.once('line', () => clearTimeout(late));
  });
  const proxy = particularsIn(line);
  if (proxy?.proof === proofOf(entry.secret, 'proxy')) return { proxy, socket, lines };
  socket.destroy();
  if (line !== 'slow') removeEntry(entry.path);
  return undefined;
}

function particularsIn(line: string): Particulars | undefined {
  try {
    return JSON.parse(line) as Particulars;
  } catch {
    return undefined;
  }
}

class HeldLine implements Line {
  readonly proxy: Particulars;
  readonly #socket: Socket;
  #waiting: ((isAlive: boolean) => void)[] = [];
  #unanswered = 0;
  #listeners: (() => void)[] = [];
  #leavers: (() => void)[] = [];
  #isLeaving = false;
  #isGone = false;
  readonly #beat: NodeJS.Timeout;

  constructor({ proxy, socket, lines }: Answered) {
    this.proxy = proxy;
    this.#socket = socket;
    socket.unref();
    lines.on('line', (line) => (line === GOODBYE ? this.#leaving() : this.#answered()));
    socket.on('close', () => this.#gone());
    // Beats are counted, not timed: a machine that slept has missed none.
    this.#beat = setInterval(() => {
      if (++this.#unanswered > MISSED_BEATS) this.#gone();
      else socket.write('ping\n');
    }, BEAT_MS).unref();
    if (socket.destroyed) this.#gone();
  }

  isAlive(): Promise<boolean> {
    if (this.#isGone || this.#isLeaving) return Promise.resolve(false);
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        resolve(false);
        this.#gone();
      }, ANSWER_MS);
      this.#waiting.push((isAlive) => {
        clearTimeout(late);
        resolve(isAlive);
      });
      this.#socket.write('ping\n');
    });
  }

  onLeaving(listener: () => void): void {
    if (this.#isLeaving) listener();
    else this.#leavers.push(listener);
  }

  onGone(listener: () => void): void {
    if (this.#isGone) listener();
    else this.#listeners.push(listener);
  }

  hangUp(): void {
    this.#listeners = [];
    this.#leavers = [];
    this.#socket.destroy();
  }

  #answered(): void {
    this.#unanswered = 0;
    this.#tell(true);
  }

  #leaving(): void {
    this.#isLeaving = true;
    for (const listener of this.#leavers.splice(0)) listener();
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearInterval(this.#beat);
    this.#tell(false);
    this.#socket.destroy();
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  #tell(isAlive: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(isAlive);
  }
}
