// Makes a fresh machine ready: the packages of package-lock.json, and with `--tests` what the tests use besides.
// Plain Node without dependencies, since it runs before there are any. Ends with a sentence that names what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const forTests = process.argv.includes('--tests');

/** Programs, the Debian package each comes from, and who needs it. */
const PROGRAMS = [
  { program: 'git', debian: 'git', demo: true },
  { program: 'bwrap', debian: 'bubblewrap', demo: false },
  { program: 'python3', debian: 'python3', demo: false },
  { program: 'make', debian: 'make', demo: false },
  { program: 'chromium', debian: 'chromium', demo: false },
];

function fail(sentence) {
  process.stderr.write(`prepare: ${sentence}\n`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  return { ok: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

const isRoot = process.getuid?.() === 0;

/** Installs Debian packages as root; anybody else is told what to install. */
function install(packages) {
  if (packages.length === 0) return;
  const line = `apt-get install -y ${packages.join(' ')}`;
  if (!isRoot || !onPath('apt-get')) {
    fail(`${packages.join(', ')} missing; run as root: ${line}`);
  }
  process.stdout.write(`prepare: ${line}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (run('apt-get', ['install', '-y', ...packages], { env }).ok) return;
  run('apt-get', ['update'], { env });
  const second = run('apt-get', ['install', '-y', ...packages], { env });
  if (!second.ok) fail(`${line} failed:\n${second.output.slice(-2000)}`);
}

function installPackages() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stdout.write('prepare: npm install\n');
  // Not `npm ci`: it refuses a lock file made where a registry lacks the binaries of other platforms.
  const result = run('npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
  if (!result.ok) fail(`npm install failed:\n${result.output.slice(-2000)}`);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  fail(`Node ${process.versions.node} is too old; install Node 20.11 or newer`);
}
const wanted = PROGRAMS.filter(({ demo }) => demo || forTests);
install(wanted.filter(({ program }) => !onPath(program)).map(({ debian }) => debian));
installPackages();
if (forTests) {
  const tools = join(root, 'tests', 'setup', 'test-tools.mjs');
  const { status } = spawnSync(process.execPath, [tools], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
