/**
 * Runs the benches one after another, each in a process of its own, and writes what they say to
 * results/DATE-MACHINE.md with all targets on top.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './processes.ts';
import { type Target, targetTable } from './report.ts';

const BENCHES = [
  'proxy-latency',
  'hops',
  'concurrency',
  'start',
  'recipes',
  'compressors',
  'data-savings',
  'bill',
  'cold-caches',
  'importance',
] as const;

interface Told {
  readonly text: string;
  readonly targets: readonly Target[];
}

function runBench(name: string, args: readonly string[], folder: string): Promise<Told> {
  const targetsFile = join(folder, `${name}.json`);
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), '--targets', targetsFile, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    process.stdout.write(chunk);
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      if (code === 0) resolve({ text, targets: JSON.parse(readFileSync(targetsFile, 'utf8')) as Target[] });
      else
        resolve({
          text: `${text}\n**${name} ended with ${code}.**\n`,
          targets: [{ what: `${name} runs to its end`, limit: 'yes', measured: 'no', holds: false }],
        });
    });
  });
}

/** What git says, or nothing where there is no repository. */
function git(...args: readonly string[]): string {
  const { stdout } = spawnSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return stdout?.trim() ?? '';
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\(r\)|\(tm\)|cpu|processor|@.*$/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      machine: { type: 'string', default: slug(`${cpus()[0]?.model ?? 'unknown'}-${cpus().length}-cores`) },
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'headroom-bench-run-'));
  const told: Told[] = [];
  for (const name of BENCHES) {
    if (!values.only || values.only.includes(name))
      told.push(await runBench(name, values.quick ? ['--quick'] : [], folder));
  }
  rmSync(folder, { recursive: true });
  const targets = told.flatMap((one) => one.targets);
  const missed = targets.filter(({ holds }) => !holds).length;
  const isChanged = git('status', '--porcelain') !== '';
  const text = [
    `# Benches, ${values.date}`,
    `${machine()}\\\nNode ${process.version}, commit ${git('rev-parse', '--short', 'HEAD') || 'unknown'}${isChanged ? ' with changes not committed' : ''}`,
    `## Targets: ${targets.length - missed} hold, ${missed} missed`,
    targetTable(targets),
    ...told.map((one) => one.text.trim()),
  ].join('\n\n');
  console.log(`${targets.length - missed} targets hold, ${missed} missed.`);
  if (values.quick) return console.log('Quick: nothing written.');
  const file = join(import.meta.dirname, 'results', `${values.date}-${values.machine}.md`);
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(file, `${text}\n`);
  console.log(`Written: ${file}`);
}

await main();
