import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** Parts of toolchains that live in a home directory and hold no settings or credentials. */
const KNOWN_IN_HOME = [
  '.pyenv',
  '.rbenv',
  '.nvm',
  '.fnm',
  '.volta',
  '.asdf',
  '.rustup',
  '.cargo/bin',
  '.cargo/registry',
  '.cargo/git',
  '.local/bin',
  '.local/lib',
  '.local/share/uv/python',
  '.local/share/uv/tools',
  '.local/share/pnpm',
  '.local/share/pipx',
  '.local/share/fnm',
  '.local/share/mise/installs',
  '.local/share/virtualenvs',
  '.virtualenvs',
  '.bun/bin',
  '.deno/bin',
  '.dotnet',
  '.ghcup',
  '.sdkman/candidates',
  '.m2/repository',
  '.nuget/packages',
  '.cache/ms-playwright',
  'go/bin',
  'go/pkg',
];

/** Names in a folder that make it more than a toolchain. */
const PRIVATE =
  /^(\.env(\..*)?|\.netrc|\.npmrc|\.pypirc|\.ssh|\.aws|\.config|\.gnupg|\.docker|\.kube|credentials.*|.*\.pem|.*\.key)$/;

const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/opt',
  '/nix/store',
  '/gnu/store',
];

/** Filled by the package manager: nothing in them leads out of the system. */
const DISTRIBUTION = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/games'];

/** Variables that name a toolchain's folder. */
const FOLDERS = [
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'JAVA_HOME',
  'GOROOT',
  'PYENV_ROOT',
  'RBENV_ROOT',
  'RUSTUP_HOME',
  'NVM_DIR',
  'VOLTA_HOME',
  'ASDF_DATA_DIR',
  'DOTNET_ROOT',
];
/** Variables that name a program of a toolchain. */
const PROGRAMS = ['CONDA_EXE', 'CONDA_PYTHON_EXE'];
/** Variables that name a folder of which only some parts are a toolchain. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  CARGO_HOME: ['bin', 'registry', 'git'],
  GOPATH: ['bin', 'pkg'],
};

export interface ToolchainOptions {
  /** The clean environment of commands; its PATH holds real paths, see `realPath`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where commands see the repository; nothing is bound there. */
  readonly root: string;
  /** Host folder of the repository, looked at for virtual environments. */
  readonly hostRoot: string;
}

/**
 * Files and folders outside the system directories that programs in use need: from PATH, from where links in it really
 * lead, from variables, and from the interpreters of virtual environments inside the repository. Never a home directory
 * itself, and nothing that looks like it holds credentials.
 *
 * @returns absolute paths that exist, none inside of another
 */
export function findToolchains({ environment, root, hostRoot }: ToolchainOptions): string[] {
  const home = absolute(environment.HOME);
  const found = new Set<string>();
  const add = (path: string | undefined) => {
    if (path === undefined || isUnder(path, [...SYSTEM, root])) return;
    if (mayBeBound(path, home) && !holdsPrivate(path)) found.add(path);
  };
  const addProgramsIn = (folder: string) => {
    if (!isUnder(folder, SYSTEM)) add(toolchainOf(folder, home) ?? folder);
    if (DISTRIBUTION.includes(folder)) return;
    for (const target of linkTargets(folder)) add(toolchainOf(dirname(target), home) ?? target);
  };
  // Their own published files, such as nvm's .npmrc, only look private.
  for (const path of home ? KNOWN_IN_HOME.map((name) => join(home, name)) : []) {
    if (existsSync(path) && !isUnder(path, [root])) found.add(path);
  }
  for (const name of FOLDERS) add(existing(absolute(environment[name])));
  for (const name of PROGRAMS) {
    const program = absolute(environment[name]);
    if (program !== undefined) add(toolchainOf(dirname(program), home));
  }
  for (const [name, parts] of Object.entries(PARTS)) {
    const folder = absolute(environment[name]);
    if (folder !== undefined) for (const part of parts) add(existing(join(folder, part)));
  }
  for (const folder of new Set(searchPath(environment.PATH ?? ''))) addProgramsIn(folder);
  for (const folder of virtualEnvironments(hostRoot)) {
    for (const target of linkTargets(folder)) add(toolchainOf(dirname(target), home));
  }
  return withoutNested([...found]);
}

/** @returns a search path whose entries are where they really are: the links to them may not exist in the sandbox */
export function realPath(path: string): string {
  return path
    .split(':')
    .map((entry) => {
      try {
        return isAbsolute(entry) && !isUnder(entry, SYSTEM) ? realpathSync.native(entry) : entry;
      } catch {
        return entry;
      }
    })
    .join(':');
}

/** npm puts the programs of its own package into PATH when it runs a script; they are no toolchain. */
function searchPath(path: string): string[] {
  return path
    .split(':')
    .filter((entry) => isAbsolute(entry) && !entry.endsWith('/node_modules/.bin'))
    .map((entry) => resolve(entry))
    .filter((entry) => existsSync(entry));
}

/** Folders of programs of the virtual environments in the repository's top folder and right below. */
function virtualEnvironments(hostRoot: string): string[] {
  const folders = list(hostRoot).filter((entry) => entry.isDirectory());
  const parents = [hostRoot, ...folders.slice(0, 100).map((entry) => join(hostRoot, entry.name))];
  return parents
    .flatMap((parent) => ['.venv', 'venv', 'env'].map((name) => join(parent, name, 'bin')))
    .filter((folder) => existsSync(folder));
}

/** The prefix a folder of programs belongs to, when that is clearly a toolchain. */
function toolchainOf(folder: string, home: string | undefined): string | undefined {
  if (!['bin', 'sbin', 'shims', 'condabin'].includes(basename(folder))) return undefined;
  const prefix = dirname(folder);
  if (!mayBeBound(prefix, home) || holdsPrivate(prefix)) return undefined;
  const names = list(prefix).map((entry) => entry.name);
  return ['lib', 'lib64', 'libexec', 'pyvenv.cfg', 'include', 'pkg'].some((name) =>
    names.includes(name),
  )
    ? prefix
    : undefined;
}

function holdsPrivate(folder: string): boolean {
  return list(folder).some((entry) => PRIVATE.test(entry.name));
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? resolve(path) : undefined;
}

function existing(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Where the symbolic links in `folder` really lead, when that is not under a system directory. */
function linkTargets(folder: string): string[] {
  return list(folder)
    .filter((entry) => entry.isSymbolicLink())
    .flatMap((entry) => {
      try {
        const target = realpathSync.native(join(folder, entry.name));
        return isUnder(target, SYSTEM) || !lstatSync(target).isFile() ? [] : [target];
      } catch {
        return [];
      }
    });
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function mayBeBound(folder: string, home: string | undefined): boolean {
  if (folder === '/' || dirname(folder) === '/') return false;
  if (isUnder(folder, ['/proc', '/sys', '/dev', '/run', '/etc', '/boot', '/tmp', '/var']))
    return false;
  if (!home) return true;
  if (isUnder(home, [folder])) return false;
  const forbidden = [
    '.ssh',
    '.aws',
    '.config',
    '.gnupg',
    '.docker',
    '.kube',
    '.azure',
    '.password-store',
  ];
  const whole = ['.local', '.local/share', '.cargo', '.cache', '.m2', '.nuget', '.gradle', 'go'];
  if (whole.some((name) => folder === join(home, name))) return false;
  return !isUnder(
    folder,
    forbidden.map((name) => join(home, name)),
  );
}

function withoutNested(folders: string[]): string[] {
  return folders.filter(
    (folder) => !folders.some((other) => other !== folder && isUnder(folder, [other])),
  );
}

function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
