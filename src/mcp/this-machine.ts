/**
 * The tools' host for the person who sits at this machine: the store in their home folder, whoever its originals belong
 * to, and an engine in a thread of its own that starts with the first text worth it.
 */
import { statSync } from 'node:fs';
import type { Level } from '../core/compressor.ts';
import type { Stores } from '../core/stores.ts';
import type { ToolRule } from '../core/tool-rule.ts';
import { openOptimizer, type Optimizer } from '../pipeline/pool.ts';
import { proxyStats } from './proxy-stats.ts';
import type { ToolHost } from './tool-host.ts';

export interface MachineOptions {
  readonly profile: 'off' | Level;
  readonly tools: readonly ToolRule[];
  readonly prose: boolean;
  readonly deadlineMs: number;
  /** Makes them where there are none yet. */
  readonly openStores: () => Stores;
  readonly isStoreThere: () => boolean;
  /** Where a running proxy would listen. */
  readonly proxyUrl: string;
  readonly token: string | undefined;
  /** Must not write to stdout, where the messages go. */
  readonly warn: (message: string) => void;
}

const TENANT = 'mcp';

export class ThisMachine implements ToolHost {
  readonly tenant: string = TENANT;
  readonly intent = 'ask';
  readonly optimizer: Pick<Optimizer, 'run'> | undefined;
  readonly #options: MachineOptions;
  #pool: Optimizer | undefined;
  #stores: Stores | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.optimizer = options.profile === 'off' ? undefined : { run: (job) => this.#openPool().run(job) };
  }

  /** Starts the engine now, so that the first text need not wait for it. */
  warm(): void {
    if (this.optimizer) this.#openPool();
  }

  keep(original: string): void {
    this.#openStores().originals(TENANT).put(original);
  }

  find(hash: string): Promise<string | undefined> {
    return Promise.resolve(this.#storesToRead()?.findOriginal(hash));
  }

  async stats(): Promise<object> {
    const { proxyUrl, token } = this.#options;
    return (await proxyStats(proxyUrl, token)) ?? { proxy: `none listens on ${proxyUrl}`, store: this.#kept() };
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    this.#stores?.close();
  }

  /** It keeps nothing itself: what is only asked leaves no trace. */
  #openPool(): Optimizer {
    const { profile, tools, prose, deadlineMs, warn } = this.#options;
    const level = profile === 'off' ? 'lossless' : profile;
    return (this.#pool ??= openOptimizer({
      level,
      tools,
      prose,
      offersTool: level !== 'lossless',
      storePath: undefined,
      deadlineMs,
      workers: 1,
      warn,
    }));
  }

  #openStores(): Stores {
    return (this.#stores ??= this.#options.openStores());
  }

  /** Opening a database that is not there would make one: looking must not. */
  #storesToRead(): Stores | undefined {
    return this.#stores || this.#options.isStoreThere() ? this.#openStores() : undefined;
  }

  #kept(): object {
    const stores = this.#storesToRead();
    if (!stores) return { originals: 0 };
    const { kind, path, problem } = stores.status();
    return { kind, path, originals: stores.countOriginals(), bytes: sizeOf(path), problem };
  }
}

function sizeOf(path: string | undefined): number | undefined {
  return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
}
