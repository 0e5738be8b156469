const PRIVATE_FILE =
  /^(\.env|\.env\..*|.*\.env|\.envrc|\.netrc|_netrc|\.npmrc|\.pypirc|\.yarnrc|\.git-credentials|\.htpasswd|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)([._-].*)?|.*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)|credentials(\.json)?|secrets?\.(json|ya?ml|toml)|service[-_]account.*\.json)$/i;
const EXAMPLE = /\.(example|sample|template|dist|defaults?|test|pub)$/i;
const PRIVATE_FOLDER = new Set(['.ssh', '.aws', '.gnupg', '.azure', '.kube', '.docker']);

/** Folders of installed packages: certificates and settings in them are published, not the user's. */
const DEPENDENCIES = new Set([
  'node_modules',
  'site-packages',
  'dist-packages',
  'bower_components',
  'vendor',
  'Pods',
  '.tox',
  '.nox',
]);

/**
 * Whether an untracked file or folder looks like it holds a key, token or password.
 *
 * @param path relative to the repository, with `/`
 */
export function looksPrivate(path: string, isDirectory: boolean): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (parts.some((part) => DEPENDENCIES.has(part))) return false;
  if (isDirectory) return PRIVATE_FOLDER.has(name);
  return PRIVATE_FILE.test(name) && !EXAMPLE.test(name);
}

/**
 * Whether an ignored file or folder is something tests need that does not belong to one commit: installed packages,
 * virtual environments, compiled extensions.
 *
 * @param path relative to the repository, with `/`
 * @param holds whether the folder has an entry of that name
 */
export function isDependency(
  path: string,
  isDirectory: boolean,
  holds: (name: string) => boolean,
): boolean {
  const name = path.split('/').pop() ?? '';
  if (!isDirectory) return /\.(so|pyd|dylib|node)$/.test(name) || name === '.pnp.cjs';
  return (
    DEPENDENCIES.has(name) ||
    name.endsWith('.egg-info') ||
    ['.venv', '.bundle', '.yarn', '.eggs', 'deps', '_deps'].includes(name) ||
    holds('pyvenv.cfg') ||
    holds('conda-meta')
  );
}
