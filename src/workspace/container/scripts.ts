import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MARKER } from '../strays.ts';

/** Where commands of a container find the scripts; they cannot write there. */
export const CONTROL = '/.patchwright';
/** Names of commands that have been ended; one of these that only now comes to its start must not start. */
const ENDED = 'ended';

/** Of 512 bytes: 8 GiB. */
const MAX_FILE_BLOCKS = 2 ** 24;

/** First process of a container: waits, and takes in orphans. */
export const FIRST_PROCESS = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';

/** Times in all that a process without an environment calls for another round; some programs are given none. */
const MOST_UNCLEAR = 40;

/**
 * Kills every process whose environment, or whose wrapper's command line, carries a mark. Builtins only: where no more
 * processes may be made, it still works. `read` drops the NUL characters. A process that was just forked slips through
 * one round, so that only after two that find nothing is there nothing; one that is becoming another program shows no
 * environment for a moment, and is looked at again.
 */
const KILL_MARKED = `is_starting() {
  [ -r "$1/environ" ] || return 1
  IFS= read -r stat 2>/dev/null <"$1/stat" || return 1
  case \${stat##*) } in
  [ZX]*) return 1 ;;
  esac
}
kill_marked() {
  rounds=0
  clean=0
  unclear=0
  while [ "$rounds" -lt 60 ]; do
    rounds=$((rounds + 1))
    clean=$((clean + 1))
    for entry in /proc/[0-9]*; do
      for file in environ "$2"; do
        empty=yes
        while IFS= read -r line || [ -n "$line" ]; do
          empty=
          case $line in
          *"${MARKER}=$1"* | *"${CONTROL}/run$1"*)
            clean=0
            kill -9 "\${entry#/proc/}"
            ;;
          esac
        done 2>/dev/null <"$entry/$file"
        [ "$empty$file" = yesenviron ] && [ "$unclear" -lt ${MOST_UNCLEAR} ] || continue
        is_starting "$entry" || continue
        clean=0
        unclear=$((unclear + 1))
      done
    done
    [ "$clean" -ge 2 ] && return 0
  done
  return 1
}
`;

/** Runs a program and kills what it leaves behind. Arguments: mark, folder, program and its arguments. */
const RUN = `mark=$1
folder=$2
shift 2
${KILL_MARKED}
[ -e "${CONTROL}/${ENDED}/$mark" ] && exit 137
ulimit -c 0 2>/dev/null
ulimit -f ${MAX_FILE_BLOCKS} 2>/dev/null
cd -- "$folder" 2>/dev/null || {
  printf '%s' "$mark" >&2
  exit 126
}
env -- "${MARKER}=$mark" "$@"
status=$?
kill_marked "$mark" environ
exit "$status"
`;

/** Ends one command, or all of the container. Arguments: a mark, and \`all\` where nothing else runs. */
const END = `${KILL_MARKED}
[ "$2" = all ] && kill -9 -1
kill_marked "$1" cmdline && echo "ended $1"
`;

/** Writes the scripts. @param folder host folder that commands see at {@link CONTROL} */
export async function writeScripts(folder: string): Promise<void> {
  await mkdir(join(folder, ENDED));
  await writeFile(join(folder, 'run'), RUN);
  await writeFile(join(folder, 'end'), END);
}

/** The command that runs `argv` in `folder` and can be ended by its mark. */
export function runScript(mark: string, folder: string, argv: readonly string[]): string[] {
  return ['/bin/sh', `${CONTROL}/run`, mark, folder, ...argv];
}

/** The command that ends another one; it prints {@link endConfirmed} when nothing is left. */
export function endScript(mark: string, all: boolean): string[] {
  return ['/bin/sh', `${CONTROL}/end`, mark, ...(all ? ['all'] : [])];
}

export function endConfirmed(mark: string): string {
  return `ended ${mark}\n`;
}

/** Keeps a command from starting that the engine has not got round to yet. */
export async function forbidStart(folder: string, mark: string): Promise<void> {
  await writeFile(join(folder, ENDED, mark), '');
}
