import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressOptions } from '../../core/compressor.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { Sample } from '../../core/sample.ts';
import { o200k } from '../../tokenizers/o200k.ts';
import { codeCompressor } from './code.ts';
import { indentedRowsLeftOut, looksIndented } from './indented.ts';

const ELIXIR = `defmodule Orchard.Harvest do
  @moduledoc """
  Counts what the trees give.

  Rows come from the scales at the gate.
  """

  use GenServer
  alias Orchard.{Scale, Tree}

  @weights %{apple: 3, pear: 4}

  @doc """
  Adds a reading.

  Returns the new sum.
  """
  @spec add(pid(), integer()) :: integer()
  def add(pid, amount) do
    reading = Scale.check!(amount)
    GenServer.call(pid, {:add, reading})
  end

  def empty?(sum), do: sum == 0

  defp record(
         tree,
         amount,
         opts
       ) do
    tree
    |> Tree.weigh(amount)
    |> Tree.store(opts)
  end

  # Rows are kept in order,
  # the oldest first,
  # as the report wants them.
  # TODO: page them
  @impl true
  def handle_call({:add, reading}, _from, sum) do
    case Tree.fits?(sum, reading) do
      true -> {:reply, sum + reading, sum + reading}
      false -> {:reply, :full, sum}
    end
  end
end
`;

/** With bodies as long as those of real code. */
const LONGER = ELIXIR.replace(/^( +)(reading = .*|tree)$/gm, (line, indent: string) =>
  Array.from({ length: 12 }, (_, i) => `${indent}step_${i} = Scale.settle(pid, amount, ${i})`)
    .concat(line)
    .join('\n'),
);

function outlineOf(text: string): readonly string[] {
  const lines = text.split('\n');
  const out = indentedRowsLeftOut(lines, NO_DEADLINE);
  return lines.filter((_, row) => out[row] === 0).map((line) => line.trim());
}

describe('an outline by indentation', () => {
  test('keeps signatures, specs, imports, constants and the first words of each comment', () => {
    const shown = outlineOf(ELIXIR);
    for (const line of [
      'defmodule Orchard.Harvest do',
      'Counts what the trees give.',
      'use GenServer',
      '@weights %{apple: 3, pear: 4}',
      'Adds a reading.',
      '@spec add(pid(), integer()) :: integer()',
      'def add(pid, amount) do',
      'def empty?(sum), do: sum == 0',
      'defp record(',
      ') do',
      '# Rows are kept in order,',
      '# TODO: page them',
      '@impl true',
      'def handle_call({:add, reading}, _from, sum) do',
    ])
      expect(shown).toContain(line);
  });

  test('leaves out bodies and the rest of comments', () => {
    const shown = outlineOf(ELIXIR).join('\n');
    for (const gone of [
      'Scale.check!',
      'Tree.weigh',
      'the oldest first',
      'Returns the new sum',
      ':full',
      'at the gate',
    ])
      expect(shown).not.toContain(gone);
  });

  test.each([
    ['a shell script', 'build() {\n  make all\n  make docs\n}\nmain=1', ['build() {', 'main=1']],
    [
      'Kotlin',
      'class A {\n    private fun open(a: Int): Int {\n        return a\n    }\n    val b = 1\n}',
      ['class A {', 'private fun open(a: Int): Int {', 'val b = 1', '}'],
    ],
    ['Lua with tabs', 'local function f(a)\n\treturn a\nend\nreturn f', ['local function f(a)', 'return f']],
    [
      'tests',
      'describe "add" do\n  test "sums", %{pid: pid} do\n    assert 1\n  end\nend',
      ['describe "add" do', 'test "sums", %{pid: pid} do', 'end'],
    ],
  ])('reads %s', (_, text, expected) => {
    expect(outlineOf(text)).toEqual(expected);
  });

  test('takes any text, and leaves out no row that is not deeper, a comment or a text in quotes', () => {
    const line = fc.constantFrom(
      'def a do',
      '  x',
      '    y',
      'end',
      '',
      '"""',
      '# c',
      'a = [',
      '\tz',
      'fn',
      'test "a" do',
      '}',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const out = indentedRowsLeftOut(lines, NO_DEADLINE);
        expect(out.length).toBe(lines.length);
        expect([...indentedRowsLeftOut(lines, NO_DEADLINE)]).toEqual([...out]);
        expect(lines.length === 0 || out[0] === 0).toBe(true);
      }),
    );
  });

  test('is made of numbered files alone, named by the call, at level aggressive', () => {
    const long = Array.from({ length: 12 }, (_, i) => LONGER.replaceAll('Orchard', `Orchard${i}`)).join('\n');
    const text = long
      .split('\n')
      .map((line, at) => `${at + 1}\t${line}`)
      .join('\n');
    expect(looksIndented(long.split('\n'))).toBe(true);
    expect(codeCompressor.claim(new Sample(text))).toBe(1);
    const compress = (path: string, level: CompressOptions['level']): string | undefined => {
      const call = { id: 'a', name: 'Read', input: { file_path: path } };
      return codeCompressor.compress(text, { level, call, tokens: o200k, deadline: NO_DEADLINE })?.text;
    };
    expect(compress('/srv/deps/orchard/lib/harvest.ex', 'balanced')).toBeUndefined();
    expect(compress('/srv/deps/orchard/lib/harvest.txt', 'aggressive')).toBeUndefined();
    const view = compress('/srv/deps/orchard/lib/harvest.ex', 'aggressive')!;
    expect(view).toContain('outline of Elixir');
    // Every line stands there with its number or in the range of a note.
    const numbers = view
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, first, last] = /^… (\d+)-(\d+) /.exec(line) ?? /^(\d+)()/.exec(line)!;
        return Array.from({ length: last ? Number(last) - Number(first) + 1 : 1 }, (_, i) => Number(first) + i);
      });
    expect(numbers).toEqual(text.split('\n').map((_, at) => at + 1));
  });
});
