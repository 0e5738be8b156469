import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What programs read in /etc; the rest may hold keys and passwords and stays out. */
const ETC = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'debian_version',
  'fonts',
  'gai.conf',
  'group',
  'host.conf',
  'hosts',
  'inputrc',
  'issue',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'locale.alias',
  'locale.conf',
  'localtime',
  'login.defs',
  'lsb-release',
  'magic',
  // Not its settings.xml, which may hold the passwords of repositories.
  'maven/logging',
  'maven/m2.conf',
  'maven/toolchains.xml',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'passwd',
  'perl',
  'pki/ca-trust',
  'pki/tls/certs',
  'pki/tls/openssl.cnf',
  'profile',
  'protocols',
  'python3',
  'rpc',
  'services',
  'shells',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone',
];

const SYSTEM = ['/usr', '/opt', '/nix/store', '/gnu/store', '/sys/devices/system/cpu'];
const MERGED = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Where commands in the sandbox see the run's scratch folder. */
export const SANDBOX_SCRATCH = '/run/patchwright';

export interface MountPlan {
  readonly root: string;
  readonly hostRoot: string;
  readonly hostScratch: string;
  /** Host folder that is `/tmp` inside, so that it lasts from one command to the next. */
  readonly hostTemporary: string;
  readonly home: string;
  readonly toolchains: readonly string[];
  /** Further host folders, seen at their own paths. */
  readonly readOnly: readonly string[];
}

/**
 * bubblewrap's arguments for the file system: the system read-only, the toolchains read-only, an empty home that lasts
 * one command, and three writable folders: the repository, `/tmp` and the scratch folder. Order matters: a later mount
 * lies over an earlier one.
 */
export function mountArguments(plan: MountPlan): string[] {
  const readOnly = (path: string) => ['--ro-bind', path, path];
  return [
    ...SYSTEM.filter((path) => existsSync(path)).flatMap(readOnly),
    ...MERGED.flatMap((path) => {
      const target = linkTarget(path);
      if (target !== undefined) return ['--symlink', target, path];
      return existsSync(path) ? readOnly(path) : [];
    }),
    ...[...ETC.map((name) => `/etc/${name}`), ...versioned()]
      .filter((path) => existsSync(path))
      .flatMap(readOnly),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--bind', plan.hostTemporary, '/tmp', '--symlink', '/tmp', '/var/tmp'],
    ...(plan.home === '/tmp' ? [] : ['--tmpfs', plan.home]),
    ...plan.toolchains.flatMap((path) => ['--ro-bind-try', path, path]),
    ...plan.readOnly.flatMap(readOnly),
    ...['--bind', plan.hostScratch, SANDBOX_SCRATCH],
    ...['--bind', plan.hostRoot, plan.root],
    ...['--remount-ro', '/'],
  ];
}

/**
 * Makes the folders under `/tmp` that something is mounted on. `/tmp` lasts from one command to the next and commands
 * can write there: a link they put in the way would lead bubblewrap, which makes missing folders, elsewhere.
 *
 * @param points absolute paths inside the sandbox; those outside of `/tmp` are passed over
 */
export function prepareMountPoints(points: readonly string[], hostTemporary: string): void {
  for (const point of points) {
    const way = relative('/tmp', point);
    if (way === '' || way.startsWith('..')) continue;
    let at = hostTemporary;
    for (const part of way.split('/')) {
      at = join(at, part);
      const info = lstatSync(at, { throwIfNoEntry: false });
      if (info && !info.isDirectory()) rmSync(at);
      if (!info?.isDirectory()) mkdirSync(at);
    }
  }
}

/** What Java and PHP read in /etc, in folders named by version; `management` and PHP's servers may hold passwords. */
function versioned(): string[] {
  const java = list('/etc').filter((name) => /^java-\d/.test(name));
  return [
    ...java.flatMap((folder) =>
      list(`/etc/${folder}`)
        .filter((name) => name !== 'management')
        .map((name) => `/etc/${folder}/${name}`),
    ),
    ...list('/etc/php').flatMap((version) =>
      ['cli', 'mods-available'].map((name) => `/etc/php/${version}/${name}`),
    ),
  ];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
