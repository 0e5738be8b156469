/**
 * Variables of the host that a command may see: where programs and toolchains are, language and time zone. Everything
 * else stays out, so a key, token or password never enters; a proxy or index URL is left out because it may carry one.
 */
const ALLOWED = new Set([
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LD_LIBRARY_PATH',
  'PKG_CONFIG_PATH',
  'MANPATH',
  'CPATH',
  'LIBRARY_PATH',
  'VIRTUAL_ENV',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  'CONDA_EXE',
  'CONDA_PYTHON_EXE',
  'NODE_PATH',
  'NVM_DIR',
  'NVM_BIN',
  'FNM_DIR',
  'VOLTA_HOME',
  'ASDF_DIR',
  'ASDF_DATA_DIR',
  'COREPACK_HOME',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'RUSTUP_TOOLCHAIN',
  'GOPATH',
  'GOROOT',
  'JAVA_HOME',
  'GEM_HOME',
  'GEM_PATH',
  'RBENV_ROOT',
  'DOTNET_ROOT',
  'BUN_INSTALL',
  'DENO_INSTALL',
]);

/** Set for every command: nothing asks, pages, colours or leaves byte code beside the sources. */
export const QUIET: Readonly<Record<string, string>> = {
  TERM: 'dumb',
  NO_COLOR: '1',
  CI: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
  DEBIAN_FRONTEND: 'noninteractive',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_INPUT: '1',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
};

/**
 * The environment of a workspace's commands.
 *
 * @param host the host's environment, usually `process.env`
 * @param temporary folder for temporary files, as commands see it
 */
export function cleanEnvironment(
  host: Readonly<Record<string, string | undefined>>,
  temporary: string,
): Record<string, string> {
  const passed = Object.entries(host).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (ALLOWED.has(entry[0]) || entry[0].startsWith('LC_')),
  );
  const environment: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    ...Object.fromEntries(passed),
    ...QUIET,
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
  };
  return environment;
}
