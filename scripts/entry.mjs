#!/usr/bin/env node
// The door: depends on nothing but Node until `npm ci` has run. Brings node_modules and dist/ up to date, then runs the command in this process.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXIT = { usage: 2, hostUnfit: 3, interrupted: 130 };
const SOURCES = ['core', 'runners', 'probes', 'results', 'reports', 'scripts', 'scenarios'];
const BUILT = join(ROOT, 'dist', '.built');
const INSTALLED = join(ROOT, 'node_modules', '.thirdwave-installed');
const LOCK = join(ROOT, 'dist', '.preparing');

const [command = '--help', ...rest] = process.argv.slice(2);

if (['--help', '-h', 'help'].includes(command) || rest.includes('--help') || rest.includes('-h')) {
  const { helpText } = await import('./help.mjs');
  process.stdout.write(helpText(command === 'help' ? rest[0] : command));
} else if (command === '--version') {
  process.stdout.write(`${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`);
} else {
  checkNode();
  await prepared(async () => {
    await installPackages();
    await build();
  });
  const { main } = await import(pathToFileURL(join(ROOT, 'dist', 'scripts', 'bench.js')).href);
  process.exitCode = await main([command, ...rest]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  fail(
    `Node ${process.version} is too old: thirdwave needs ^20.19 or >=22.12`,
    'install a newer Node, e.g. the current LTS',
    EXIT.hostUnfit,
  );
}

/** One preparation at a time in this clone: the second waits for the first, a dead one's mark is taken over. */
async function prepared(work) {
  if (isInstalled() && isBuilt()) return;
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const owner = Number(readIf(LOCK));
      if (!isAlive(owner)) rmSync(LOCK, { force: true });
      else if (!told) say(`waiting for process ${owner}, which is preparing this clone …`);
      told ||= isAlive(owner);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function lockHash() {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  return hash.update(process.version).digest('hex');
}

function isInstalled() {
  return readIf(INSTALLED) === lockHash();
}

async function installPackages() {
  if (isInstalled()) return;
  const startMs = Date.now();
  say('installing npm packages …');
  rmSync(INSTALLED, { force: true });
  await run(
    'npm',
    ['ci', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts'],
    'npm ci',
    'check the network and the npm registry, then run the same command again',
  );
  mkdirSync(join(ROOT, 'node_modules'), { recursive: true });
  writeFileSync(INSTALLED, lockHash());
  say(`npm packages installed (${seconds(startMs)})`);
}

/** Path, size and time of every source file: a few milliseconds for some hundred files. */
function sourceStamp() {
  const stamp = createHash('sha256').update(readFileSync(join(ROOT, 'tsconfig.json')));
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!['runs', 'out', 'workloads', 'golden'].includes(entry.name)) visit(path);
      } else if (/\.(ts|css|json)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        stamp.update(`${path.slice(ROOT.length)} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of SOURCES) visit(join(ROOT, folder));
  return stamp.digest('hex');
}

function isBuilt() {
  return existsSync(BUILT) && readIf(BUILT) === sourceStamp();
}

async function build() {
  if (isBuilt()) return;
  const startMs = Date.now();
  const stamp = sourceStamp();
  rmSync(BUILT, { force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], 'tsc', 'correct the errors named above');
  const assets = await import(pathToFileURL(join(ROOT, 'dist', 'reports', 'html', 'build-assets.js')).href);
  await assets.buildReportAssets(ROOT);
  writeFileSync(BUILT, stamp);
  say(`compiled (${seconds(startMs)})`);
}

/** Quiet unless it fails. Ctrl-C reaches the child by the terminal; what it left half done is done again next time. */
async function run(file, args, what, remedy) {
  const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const [code, error] = await new Promise((resolve) => {
    child.once('error', (problem) => resolve([-1, problem]));
    child.once('close', (status) => resolve([status, undefined]));
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (interrupted) process.exit(EXIT.interrupted);
  if (code === 0) return;
  process.stderr.write(output);
  rmSync(LOCK, { force: true });
  fail(`${what} failed${error ? `: ${error.message}` : ` (exit code ${code})`}`, remedy, EXIT.hostUnfit);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function seconds(startMs) {
  return `${((Date.now() - startMs) / 1000).toFixed(1)} s`;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text, remedy, code) {
  process.stderr.write(`error: ${text}\n  → ${remedy}\n`);
  process.exit(code);
}
