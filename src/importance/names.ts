/** What structures and places are called where they are counted: by the installation's salt and whose they are. */
import { hashOf } from '../core/hash.ts';

export interface Names {
  readonly owner: string;
  readonly shape: (shape: string) => string;
  readonly place: (shape: string, place: string) => string;
}

export function namesOf(salt: string, tenant: string): Names {
  const own = hashOf(`learned tenant ${salt} ${tenant}`);
  return {
    owner: own,
    shape: (shape) => hashOf(`learned shape ${salt} ${own} ${shape}`),
    place: (shape, place) => hashOf(`learned place ${salt} ${own} ${shape}\n${place}`),
  };
}

/** A tool counts as a structure too: what of its results matters, however they are built. */
export function toolShape(name: string): string {
  return `tool ${name}`;
}

/** And what one compressor makes of it: a shell prints texts of all kinds. */
export function toolShapes(name: string, compressor: string | undefined): readonly string[] {
  return compressor === undefined ? [toolShape(name)] : [toolShape(name), `${toolShape(name)} by ${compressor}`];
}

/** Tells installations apart without telling their salts. */
export function realmOf(salt: string): string {
  return hashOf(`learned realm ${salt}`);
}
