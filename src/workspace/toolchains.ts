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

/**
 * Folders outside the system directories that hold programs in use: from PATH, from where links in it really lead, and
 * from the interpreters of a virtual environment inside the repository. Never a home directory itself, and nothing that
 * looks like it holds credentials.
 *
 * @param options.home absolute, or undefined when there is none
 * @param options.root where commands see the repository; nothing is bound there
 * @param options.hostRoot host folder of the repository, looked at for virtual environments
 * @returns absolute paths that exist, none inside of another
 */
export function findToolchains(options: {
  readonly path: string;
  readonly home: string | undefined;
  readonly root: string;
  readonly hostRoot: string;
}): string[] {
  const home = options.home && isAbsolute(options.home) ? resolve(options.home) : undefined;
  const found = new Set<string>();
  const add = (folder: string) => {
    if (
      !isUnder(folder, [...SYSTEM, options.root]) &&
      mayBeBound(folder, home) &&
      existsSync(folder)
    ) {
      found.add(folder);
    }
  };
  if (home) for (const name of KNOWN_IN_HOME) add(join(home, name));
  const folders = options.path.split(':').filter((entry) => isAbsolute(entry));
  for (const folder of new Set(folders.map((entry) => resolve(entry)))) {
    if (!isUnder(folder, SYSTEM)) add(toolchainOf(folder, home));
    if (DISTRIBUTION.includes(folder)) continue;
    for (const target of linkTargets(folder)) add(toolchainOf(dirname(target), home));
  }
  for (const name of ['.venv', 'venv', 'env']) {
    for (const target of linkTargets(join(options.hostRoot, name, 'bin'))) {
      add(toolchainOf(dirname(target), home));
    }
  }
  return withoutNested([...found]);
}

/** The prefix a folder of programs belongs to, when that is clearly a toolchain; otherwise the folder itself. */
function toolchainOf(folder: string, home: string | undefined): string {
  if (!['bin', 'sbin', 'shims'].includes(basename(folder))) return folder;
  const prefix = dirname(folder);
  if (!mayBeBound(prefix, home)) return folder;
  const names = list(prefix).map((entry) => entry.name);
  const isToolchain = ['lib', 'lib64', 'libexec', 'pyvenv.cfg', 'include', 'pkg'].some((name) =>
    names.includes(name),
  );
  return isToolchain && !names.some((name) => PRIVATE.test(name)) ? prefix : folder;
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
