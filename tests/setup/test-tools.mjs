// Installs what our own tests run: test runners as Python packages into `.cache/test-venv` and as Node packages into
// `.cache/test-node`, an S3 service (moto) into `.cache/test-s3`, Redis from Debian; with `--all` also what
// `tests/runners` needs, some of it Debian packages. What is there already is left alone. Ends with a sentence that
// names what is missing.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const PYTHON = ['pytest==8.4.2', 'pytest-xdist==3.8.0', 'Django==5.2.19', 'tox==4.67.15'];
/** Without the extra `server`, which draws in 200 MB for services other than S3. */
const S3 = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];

/** Programs of the suite of all runners, and the Debian package of each. */
const PROGRAMS = {
  go: 'golang-go',
  cargo: 'cargo',
  rspec: 'ruby-rspec',
  rake: 'rake',
  phpunit: 'phpunit',
  mvn: 'maven',
  gradle: 'gradle',
  cmake: 'cmake',
  cc: 'gcc',
  make: 'make',
};
const RUBY_MINITEST = 'ruby-minitest';

function fail(sentence) {
  process.stderr.write(`test-tools: ${sentence}\n`);
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

function installDebian(packages) {
  if (packages.length === 0) return;
  const line = `apt-get install -y ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    fail(`${packages.join(', ')} missing; run as root: ${line}`);
  }
  process.stdout.write(`test-tools: ${line}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const argv = ['install', '-y', '--no-install-recommends', ...packages];
  if (run('apt-get', argv, { env }).ok) return;
  run('apt-get', ['update'], { env });
  const second = run('apt-get', argv, { env });
  if (!second.ok) fail(`${line} failed:\n${second.output.slice(-2000)}`);
}

/** @param name folder under `.cache` for a virtual environment with `packages` */
function installPython(name, packages) {
  const folder = join(root, '.cache', name);
  const stamp = join(folder, 'patchwright-stamp');
  const wanted = packages.join(' ');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stdout.write(`test-tools: ${wanted} into .cache/${name}\n`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  if (!run('python3', ['-m', 'venv', '--clear', folder]).ok) {
    installDebian(['python3-venv']);
    const again = run('python3', ['-m', 'venv', '--clear', folder]);
    if (!again.ok) fail(`python3 -m venv failed:\n${again.output.slice(-2000)}`);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
  const result = run(join(folder, 'bin', 'python'), pip);
  if (!result.ok) fail(`pip install ${wanted} failed:\n${result.output.slice(-2000)}`);
  writeFileSync(stamp, wanted);
}

/** @param name folder beside this file with the package.json, and under `.cache` where it is installed */
function installNode(name) {
  const folder = join(root, '.cache', name);
  const source = join(root, 'tests', 'setup', name);
  const lock = readFileSync(join(source, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'patchwright-stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stdout.write(`test-tools: npm install in .cache/${name}\n`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(source, file), join(folder, file));
  }
  // Not `npm ci`: it refuses a lockfile that leaves out the optional binaries of other systems.
  const argv = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const result = run('npm', argv, { cwd: folder });
  if (!result.ok) fail(`npm install in .cache/${name} failed:\n${result.output.slice(-2000)}`);
  writeFileSync(stamp, lock);
}

installPython('test-venv', PYTHON);
installPython('test-s3', S3);
installNode('test-node');
if (!onPath('redis-server')) installDebian(['redis-server']);
if (process.argv.includes('--all')) {
  const missing = Object.entries(PROGRAMS).filter(([program]) => !onPath(program));
  const packages = missing.map(([, debian]) => debian);
  if (!run('ruby', ['-e', 'require "minitest"']).ok) packages.push(RUBY_MINITEST);
  installDebian([...new Set(packages)]);
  installNode('test-node-more');
}
