/** What a command of the program is: its words for people, its flags, and what it does. */
import type { Config } from '../config/load.ts';
import type { OptionName, OptionValues } from '../config/options.ts';

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** What its value looks like; undefined for a switch. */
  readonly valueName?: string;
  /** Several are one, with commas between them. */
  readonly isList?: boolean;
  readonly doc: string;
}

export interface Argument {
  /** As help shows it: `FILE`. */
  readonly name: string;
  readonly isRequired: boolean;
  /** Any number of them; what stands after `--` may look like flags. */
  readonly isMany?: boolean;
}

export interface Invocation {
  /** Values of the command's own flags; a switch that is on is `true`. */
  readonly flags: ReadonlyMap<string, string | true>;
  readonly positionals: readonly string[];
  readonly config: Config;
}

/** A command as help lists it; it is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export interface Command {
  readonly summary: string;
  /** What to type, most useful first: the first lines of its help. */
  readonly examples: readonly (readonly [typed: string, meaning: string])[];
  /** Further lines of its help. */
  readonly notes?: string;
  readonly argument?: Argument;
  /** Commands of its own, such as `mcp install`; one that has some takes no argument. */
  readonly commands?: readonly CommandEntry[];
  readonly flags: readonly Flag[];
  /** Rows of the options table that this command takes too. */
  readonly options: readonly OptionName[];
  /** What they are here where nobody says, in place of the table's own. */
  readonly defaults?: Partial<OptionValues>;
  /** @returns the exit code. @throws HeadroomError for what people can do something about. */
  run(invocation: Invocation): Promise<number>;
}
