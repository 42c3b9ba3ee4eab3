/** Trees of records: each node in a line below its parent, paths that follow from names said once, everything back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCompressor } from './json.ts';
import { formOf, formOfValue, o200k, options } from './testing.fixture.ts';

interface TreeNode {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  readonly size?: number;
  readonly children?: readonly TreeNode[];
}

function folder(path: string, depth: number): TreeNode {
  const inside = depth === 0 ? [] : ['core', 'api', 'web'].map((name) => folder(`${path}/${name}_${depth}`, depth - 1));
  const files = Array.from({ length: 6 }, (_, i) => {
    const name = `module_${i}.${['ts', 'json', 'md'][i % 3]}`;
    return { name, type: 'file', path: `${path}/${name}`, size: 100 + ((i * 7919 + path.length * 31) % 9000) };
  });
  return { name: path.slice(path.lastIndexOf('/') + 1), type: 'directory', path, children: [...inside, ...files] };
}

describe('a directory tree', () => {
  const root = folder('project', 3);

  it('has a line for each node, below its parent, with its name as it is', () => {
    const form = formOfValue(root);
    expect(form).toContain('nodes of a tree (i = 0 to ');
    expect(form).toContain('path: {parent.path}/{name}\n');
    expect(form).toMatch(/\n core_3 .*\n {2}core_2 .*\n {3}core_1 /);
    expect(form).toContain('\n   module_0.ts ');
    expect(o200k.count(form)).toBeLessThan(o200k.count(JSON.stringify(root)) / 3);
  });

  it('stands the same pretty-printed, and inside another value', () => {
    expect(formOf(JSON.stringify(root, null, 2))).toBe(formOfValue(root));
    expect(formOfValue({ ok: true, tree: root })).toContain('"tree":[');
  });

  it('keeps every name in the view, and says what else the nodes hold', () => {
    const { text, loss } = jsonCompressor.compress(JSON.stringify(root), { ...options, level: 'balanced' })!;
    expect(loss).toBe('recoverable');
    expect(text).toContain('type = file: 240, directory: 40');
    for (const name of ['project >', 'core_3 >', 'web_1 >', 'module_5.md']) expect(text).toContain(name);
    expect(text.match(/module_\d\.\w+/g)).toHaveLength(240);
  });

  it('is no tree where keys come after the nodes below, or a node has none below', () => {
    expect(formOfValue({ ...root, more: 1 })).not.toMatch(/^\[\d+ nodes/);
    const empty = { name: 'x', type: 'directory', path: 'project/x', children: [] };
    expect(formOfValue({ ...root, children: [...root.children!, empty] })).toContain('"children":[]');
  });
});

it('any tree comes back', () => {
  const { node } = fc.letrec<{ node: object }>((tie) => ({
    node: fc.record({
      name: fc.oneof(fc.constantFrom('a', 'b.ts', ' x', '', 'row 1: {', ': a', 'two  blanks'), fc.string()),
      kind: fc.constantFrom('file', 'folder', null),
      size: fc.oneof(fc.nat(), fc.string(), fc.constant(null)),
      below: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant([]),
        fc.array(tie('node'), { maxLength: 6 }),
      ),
    }),
  }));
  fc.assert(
    fc.property(fc.array(node, { minLength: 3, maxLength: 8 }), fc.boolean(), (nodes, isBare) => {
      const bare = isBare ? nodes.map(withoutEmpty) : nodes;
      formOf(JSON.stringify({ name: 'root', kind: 'folder', size: 0, below: bare }));
    }),
    { numRuns: 100 },
  );
});

function withoutEmpty(node: object): object {
  const { below, ...rest } = node as { readonly below: readonly object[] };
  return below.length === 0 ? rest : { ...rest, below: below.map(withoutEmpty) };
}

it.each([
  '[9 nodes of a tree, below others: their "c":\nname: {}\neach line: {name}\nrow 0: {"name":"r"}\n   a\n]',
  '[3 nodes of a tree, below others: their "c":\nname: {parent.name}\neach line: {name}\nrow 0: 5\n a\n b\n]',
  '[3 nodes of a tree:\nname: {}\neach line: {name}\na\n b\n c\n]',
])('a damaged tree is not read (%#)', (text) => {
  expect(jsonCompressor.expand(text) ?? text).toBe(text);
});
