#!/usr/bin/env node
/*
 * Starts Headroom on a Node that is new enough. Written for old versions too, so that they can say what is missing.
 * In a checkout, and wherever the npm package `node` is installed beside this one, a newer Node takes over.
 */
import { existsSync } from 'fs';
import { constants } from 'os';
import { spawn } from 'child_process';
import { dirname, join } from 'path';
import { fileURLToPath, pathToFileURL } from 'url';

const NEEDED = [22, 18];
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function newerNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const places = [
    join(root, 'node_modules', 'node', 'bin', name),
    join(root, 'node_modules', '.bin', name),
    join(root, '..', 'node', 'bin', name),
  ];
  return places.find((place) => existsSync(place));
}

function fail(reason) {
  process.stderr.write('headroom: ' + reason + '\n');
}

/** The channel tells the child when this process is gone, however it went. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { HEADROOM_LAUNCHED: String(process.pid) }),
  });
  // A terminal sends Ctrl-C to the child as well; forwarding it would make it two.
  const isAtTerminal = Boolean(process.stdin.isTTY);
  process.on('SIGINT', () => isAtTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('error', (error) => {
    fail(node + ' could not be started: ' + error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] || 0) : code));
}

function stop() {
  process.kill(process.pid, 'SIGTERM');
}

/** Whoever stops what started this process means this process too. */
function followParent() {
  const launcher = process.env.HEADROOM_LAUNCHED;
  delete process.env.HEADROOM_LAUNCHED;
  if (launcher && process.channel) {
    process.on('disconnect', stop);
    process.channel.unref();
  } else if (process.env.npm_command) {
    // npm passes signals to its shell only, and the shell dies of them without a word.
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(watch);
      stop();
    }, 500);
    watch.unref();
  }
}

function load(path) {
  return import(pathToFileURL(path).href);
}

/** Source that was compiled once starts in half the time the next time; the folder is the checkout's own. */
function rememberCompiled() {
  return import('module').then(({ enableCompileCache }) => {
    const folder = join(root, 'node_modules', '.cache', 'headroom');
    // Worker threads look for the variable.
    process.env.NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE || folder;
    if (enableCompileCache) enableCompileCache(folder);
  });
}

function start() {
  const isLaunched = Boolean(process.env.HEADROOM_LAUNCHED);
  followParent();
  if (isNewEnough(process.versions.node)) {
    const source = join(root, 'src', 'cli', 'main.ts');
    if (existsSync(source)) return rememberCompiled().then(() => load(source));
    return load(join(root, 'dist', 'cli', 'main.js'));
  }
  const node = isLaunched ? undefined : newerNode();
  if (node) return runWith(node);
  fail(
    'this is Node ' +
      process.versions.node +
      ', but Headroom needs ' +
      NEEDED.join('.') +
      ' or newer; install it from https://nodejs.org, or put the npm package "node" beside this one',
  );
  process.exitCode = 1;
}

void start();
