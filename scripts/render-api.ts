/** The API reference: what each entry of the package exports, as it is declared, with its doc comment. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isPrivateIdentifier,
  isPropertyDeclaration,
  isVariableDeclaration,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API, type Checker, type Project, type Symbol as Named, SymbolFlags } from 'typescript/unstable/sync';

const ROOT = resolve(import.meta.dirname, '..');
/** A project of the package's entries, which exists nowhere. */
const PROJECT = join(ROOT, 'tsconfig.api.json');

interface Entry {
  /** As a program imports it. */
  readonly names: readonly string[];
  /** From the root of the repository. */
  readonly source: string;
}

interface ApiExport {
  readonly name: string;
  readonly doc: string;
  readonly signature: string;
  /** File and place: the same for whatever is exported twice. */
  readonly place: string;
}

interface ApiEntry extends Entry {
  readonly exports: readonly ApiExport[];
}

/** Those of package.json, each source once. */
function entries(): readonly Entry[] {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { name, exports } = JSON.parse(text) as { name: string; exports: Record<string, string | { default: string }> };
  const bySource = new Map<string, string[]>();
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const source = target.default.replace('./dist', 'src').replace(/\.js$/, '.ts');
    bySource.set(source, [...(bySource.get(source) ?? []), path.replace('.', name)]);
  }
  return Array.from(bySource, ([source, names]) => ({ source, names }));
}

let known: readonly ApiEntry[] | undefined;

/** Everything that programs can import, in the order of the package's entries, by name; read once in a process. */
export function packageApi(): readonly ApiEntry[] {
  return (known ??= apiOf(entries()));
}

function apiOf(wanted: readonly Entry[]): readonly ApiEntry[] {
  const files = wanted.map(({ source }) => source);
  const config = JSON.stringify({ extends: './tsconfig.json', include: [], files });
  const fs = {
    readFile: (path: string) => (path === PROJECT ? config : undefined),
    fileExists: (path: string) => (path === PROJECT ? true : undefined),
  };
  const api = new API({ cwd: ROOT, fs });
  try {
    const project = api.updateSnapshot({ openProjects: [PROJECT] }).getProject(PROJECT)!;
    return wanted.map((entry) => ({ ...entry, exports: exportsOf(entry, project) }));
  } finally {
    api.close();
  }
}

function exportsOf({ source }: Entry, { program, checker }: Project): readonly ApiExport[] {
  const file = program.getSourceFile(join(ROOT, source));
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${source} is no module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => exported(symbol, checker))
    .sort((a, b) => Number(isType(a)) - Number(isType(b)) || (a.name < b.name ? -1 : 1));
}

const isType = ({ signature }: ApiExport): boolean => /^(?:interface|type) /.test(signature);

function exported(symbol: Named, checker: Checker): ApiExport {
  const real = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // What runs goes before a type of the same name.
  const nodes = real.declarations
    .flatMap((handle) => handle.resolve() ?? [])
    .sort((a, b) => Number(isVariableDeclaration(b)) - Number(isVariableDeclaration(a)));
  const [first] = nodes;
  if (!first) throw new Error(`${symbol.name} is declared nowhere`);
  return {
    name: symbol.name,
    doc: docOf(first),
    signature: overloads(nodes)
      .map((node) => signatureOf(node))
      .join('\n'),
    place: `${first.getSourceFile().fileName}:${first.pos}`,
  };
}

/** Of a function that is declared several times the last one is nobody's to call. */
function overloads(nodes: readonly Node[]): readonly Node[] {
  return nodes.length > 1 && nodes.every(isFunctionDeclaration) ? nodes.slice(0, -1) : nodes;
}

/** The doc comment before a node; of what runs and has none, or only parameters, the comment of its file. */
function docOf(node: Node): string {
  const owner = isVariableDeclaration(node) ? node.parent.parent : node;
  const own = plain(owner.jsDoc?.at(-1)?.getText() ?? '');
  const runs = isFunctionDeclaration(node) || isVariableDeclaration(node) || isClassDeclaration(node);
  if (!runs || (own && !own.startsWith('@'))) return own;
  const head = plain(/^\/\*\*.*?\*\//s.exec(node.getSourceFile().text)?.[0] ?? '');
  return [head, own].filter(Boolean).join('\n\n');
}

function plain(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s?/, '').trimEnd())
    .join('\n')
    .trim();
}

function signatureOf(node: Node): string {
  if (isFunctionDeclaration(node)) return callable(`function ${node.name?.getText()}`, node);
  if (isVariableDeclaration(node))
    return [`const ${node.name.getText()}${typed(node.type)};`, ...ownType(node.type)].join('\n');
  if (isClassDeclaration(node)) return classSignature(node);
  return node.getText().replace(/^export /, '');
}

/** Of a type that only its file knows: what it says. */
function ownType(type: Node | undefined): readonly string[] {
  const name = type?.getText();
  const known = type?.getSourceFile().statements.filter(isInterfaceDeclaration) ?? [];
  const own = known.find((one) => one.name.getText() === name && !one.getText().startsWith('export'));
  return own ? [own.getText()] : [];
}

interface Callable {
  readonly typeParameters?: readonly Node[] | undefined;
  readonly parameters: readonly Node[];
  readonly type?: Node | undefined;
}

/** What a caller sees: no defaults, no patterns. */
function callable(head: string, { typeParameters, parameters, type }: Callable): string {
  const types = typeParameters ? `<${typeParameters.map((one) => one.getText()).join(', ')}>` : '';
  return `${head}${types}(${parameters.map(parameter).join(', ')})${typed(type)};`;
}

interface Parameter extends Node {
  readonly name: Node;
  readonly type?: Node;
  readonly initializer?: Node;
  readonly questionToken?: Node;
  readonly dotDotDotToken?: Node;
}

function parameter(node: Node): string {
  const { name, type, initializer, questionToken, dotDotDotToken } = node as Parameter;
  const said = isIdentifier(name) ? name.getText() : 'options';
  return `${dotDotDotToken ? '...' : ''}${said}${initializer || questionToken ? '?' : ''}${typed(type)}`;
}

const typed = (type: Node | undefined): string => (type ? `: ${type.getText()}` : '');

interface ClassLike extends Node {
  readonly name?: Node;
  readonly typeParameters?: readonly Node[];
  readonly heritageClauses?: readonly Node[];
  readonly members: readonly Node[];
}

function classSignature(node: ClassLike): string {
  const types = node.typeParameters ? `<${node.typeParameters.map((one) => one.getText()).join(', ')}>` : '';
  const heritage = (node.heritageClauses ?? []).map((one) => ` ${one.getText()}`).join('');
  const members = node.members.filter((member) => isPublic(member, node.members));
  const lines = members.flatMap((member) => [...commentOf(member), `  ${memberSignature(member)}`]);
  return [`class ${node.name?.getText()}${types}${heritage} {`, ...lines, '}'].join('\n');
}

interface Member extends Node {
  readonly name?: Node;
  readonly modifiers?: readonly Node[];
  readonly body?: Node;
}

function isPublic(member: Node, all: readonly Node[]): boolean {
  const { name, modifiers = [], body, kind } = member as Member;
  if (kind === SyntaxKind.ClassStaticBlockDeclaration || (name && isPrivateIdentifier(name))) return false;
  if (modifiers.some((one) => one.kind === SyntaxKind.PrivateKeyword || one.kind === SyntaxKind.ProtectedKeyword)) {
    return false;
  }
  const isOverloaded = all.some((one) => one !== member && (one as Member).name?.getText() === name?.getText());
  return !(body && isMethodDeclaration(member) && isOverloaded);
}

function commentOf(member: Node): readonly string[] {
  const text = member.jsDoc?.at(-1)?.getText();
  return text ? [`  ${text}`] : [];
}

function memberSignature(member: Node): string {
  const { name, modifiers = [] } = member as Member;
  const words = modifiers.filter(({ kind }) => !IMPLIED.has(kind)).map((one) => `${one.getText()} `);
  if (isConstructorDeclaration(member)) return callable('constructor', member);
  if (isMethodDeclaration(member)) return callable(`${words.join('')}${name?.getText()}`, member);
  if (isPropertyDeclaration(member)) {
    const optional = member.getText().startsWith('?', (name?.end ?? 0) - member.getStart()) ? '?' : '';
    const type = member.type ?? member.initializer;
    return `${words.join('')}${name?.getText()}${optional}${typed(type)};`;
  }
  const { type } = member as Node & { type?: Node };
  return `${words.join('')}get ${name?.getText()}()${typed(type)};`;
}

/** What says nothing to a caller. */
const IMPLIED: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.AsyncKeyword,
  SyntaxKind.OverrideKeyword,
  SyntaxKind.PublicKeyword,
]);

const WHAT_IT_IS =
  'What programs can import, entry by entry: first what runs, then types. How it goes together: [library.md](library.md).';

export function apiPage(made: string): string {
  const seen = new Map<string, string>();
  const sections = packageApi().flatMap(({ names, exports }) => {
    const [entry = ''] = names;
    const [again, fresh] = [
      exports.filter(({ place }) => seen.has(place)),
      exports.filter(({ place }) => !seen.has(place)),
    ];
    for (const { place } of fresh) seen.set(place, entry);
    const others = again.map(({ name, place }) => `\`${name}\` (of \`${seen.get(place)}\`)`).join(', ');
    return [
      `## ${names.map((name) => `\`${name}\``).join(', ')}`,
      '',
      ...(others ? [`Also here: ${others}.`, ''] : []),
      ...fresh.flatMap(({ name, doc, signature }) => [
        `### ${name}`,
        '',
        ...(doc ? [proseOf(doc), ''] : []),
        '```ts',
        signature,
        '```',
        '',
      ]),
    ];
  });
  return ['# API reference', '', made, '', WHAT_IT_IS, '', ...sections].join('\n');
}

/** Tags become sentences. */
function proseOf(doc: string): string {
  return doc
    .replaceAll(/\n*^@throws /gm, '\n\nThrows: ')
    .replaceAll(/\n*^@param (\w+) /gm, '\n\n`$1`: ')
    .replaceAll(/\n*^@returns /gm, '\n\nGives: ')
    .trim();
}
