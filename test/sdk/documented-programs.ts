/** Programs as documents have them, and how they run in a checkout: what they import of the package is its source. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT: string = resolve(import.meta.dirname, '../..');

const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};

export function fromSource(program: string): string {
  return Object.entries(exports).reduce((text, [entry, target]) => {
    const built = typeof target === 'string' ? target : target.default;
    const source = join(ROOT, built.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
    return text.replaceAll(`'${name}${entry.slice(1)}'`, JSON.stringify(source));
  }, program);
}
