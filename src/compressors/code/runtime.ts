/**
 * Loads the parser of web-tree-sitter and its grammars, which are optional packages: the only file that knows where they
 * lie. Nothing is loaded before `prepareRuntime`; each grammar follows when it is first asked for.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Language, Parser } from 'web-tree-sitter';
import { type CodeLanguage, GRAMMARS } from './grammars.ts';

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

interface Runtime {
  /** One for all languages, because each keeps memory of its own. */
  readonly parser: Parser;
  readonly load: (path: string) => Language;
}

let runtime: Runtime | undefined;
let preparing: Promise<void> | undefined;
const languages = new Map<CodeLanguage, Language>();
const require = createRequire(import.meta.url);

function grammarPath(language: CodeLanguage): string {
  return require.resolve(`@repomix/tree-sitter-wasms/out/tree-sitter-${GRAMMARS[language].file}.wasm`);
}

/** @throws when the optional packages are not installed. */
export function prepareRuntime(): Promise<void> {
  return (preparing ??= startRuntime().catch((error: unknown) => {
    preparing = undefined;
    throw new Error('outlines of code need the optional packages web-tree-sitter and @repomix/tree-sitter-wasms', {
      cause: error,
    });
  }));
}

async function startRuntime(): Promise<void> {
  const tree = await import('web-tree-sitter');
  grammarPath('typescript');
  await tree.Parser.init();
  runtime = {
    parser: new tree.Parser(),
    load: (path) => tree.Language.loadSync(new WebAssembly.Module(readFileSync(path))),
  };
}

export function isPrepared(): boolean {
  return runtime !== undefined;
}

/** The parser, set to this language; undefined before `prepareRuntime`. */
export function parserFor(language: CodeLanguage): Parser | undefined {
  if (!runtime) return undefined;
  let loaded = languages.get(language);
  if (!loaded) languages.set(language, (loaded = runtime.load(grammarPath(language))));
  return runtime.parser.setLanguage(loaded);
}
