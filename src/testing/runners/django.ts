import { display } from '../command-line.ts';
import { type Runner, scopeParts } from '../runner.ts';
import {
  idToDotted,
  moduleNamer,
  parsePythonOnly,
  pythonHooks,
  resolveInterpreter,
  withHooks,
} from './python.ts';

/**
 * Django's own test runner, by the hook of unittest: `manage.py test` of a project, or `tests/runtests.py` of Django
 * itself. Both take dotted labels.
 *
 * @param input.script relative to `folder`
 * @param input.folder where it is called, relative to the root
 * @param input.labelsFrom folder that labels are named from, relative to the root
 * @param input.parallel workers may be used: they can hand over the traces of failures, which takes tblib
 */
export function djangoRunner(input: {
  readonly python: string;
  readonly script: string;
  readonly verb: readonly string[];
  readonly folder: string;
  readonly labelsFrom: string;
  readonly parallel: boolean;
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly problem?: string;
}): Runner {
  const { python, script, verb, folder, labelsFrom, options = [], env = {}, problem } = input;
  const moduleOf = moduleNamer(labelsFrom);
  const program = [python, script, ...verb];
  return {
    name: 'django',
    program,
    ...(folder === '.' ? {} : { cwd: folder }),
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const dotted = parts.patterns.filter((name) => /^\w+(\.\w+)+$/.test(name));
      const words = parts.patterns.filter((name) => !dotted.includes(name));
      const labels = [
        ...parts.files.map(moduleOf),
        ...parts.ids.map(idToDotted(moduleOf)),
        ...dotted,
      ];
      const args = [...options, ...labels, ...words.flatMap((word) => ['-k', word])];
      const serial = input.parallel ? [] : ['--parallel', '1'];
      return {
        argv: [
          ...resolveInterpreter(program, place),
          ...(place ? ['--noinput', ...serial] : []),
          ...args,
        ],
        env: place ? withHooks(pythonHooks(place), env) : env,
        display: `${folder === '.' ? '' : `cd ${folder} && `}${display([...program, ...args])}`,
      };
    },
    parse: (report) => ({ ...parsePythonOnly(report), runner: 'django' }),
  };
}
