import * as z from 'zod';
import { type SimpleCommand, splitCommandLine } from './command-line.ts';

const packageJson = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.string()).catch({}),
  devDependencies: z.record(z.string(), z.string()).catch({}),
  jest: z.unknown().optional(),
  vitest: z.unknown().optional(),
  mocha: z.unknown().optional(),
  ava: z.unknown().optional(),
  tap: z.unknown().optional(),
  karma: z.unknown().optional(),
});
/** The part of a package.json that tells of tests. */
export type PackageJson = z.infer<typeof packageJson>;

export type JsRunnerName = 'jest' | 'vitest' | 'mocha' | 'ava' | 'tap' | 'karma';

/** The runners of the family by the name of their binary. */
export const RUNNER_BINARIES: Readonly<Record<string, JsRunnerName>> = {
  jest: 'jest',
  vitest: 'vitest',
  mocha: 'mocha',
  _mocha: 'mocha',
  ava: 'ava',
  tap: 'tap',
  karma: 'karma',
};

/** @returns null for a text that is no package.json; fields of a wrong kind count as absent */
export function parseManifest(text: string | null): PackageJson | null {
  if (text === null) return null;
  try {
    return packageJson.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Follows `npm run NAME` and the like into the scripts; null when a script needs a real shell. */
export function expandScript(
  manifest: PackageJson,
  name: string,
  depth: number,
): SimpleCommand[] | null {
  const text = manifest.scripts[name];
  if (text === undefined || depth > 5) return null;
  const commands: SimpleCommand[] = [];
  const parts = [manifest.scripts[`pre${name}`], text].filter((part) => part !== undefined);
  for (const part of parts) {
    const split = splitCommandLine(part);
    if (!split) return null;
    for (const command of split) {
      const expanded = expandCommand(manifest, command, depth);
      if (!expanded) return null;
      commands.push(...expanded);
    }
  }
  return commands;
}

/** One command with `npm run` and coverage tools taken off. */
export function expandCommand(
  manifest: PackageJson | null,
  command: SimpleCommand,
  depth = 0,
): SimpleCommand[] | null {
  const words = stripWrappers(command.words);
  const script = scriptCall(words, manifest);
  if (!script || !manifest) return [{ ...command, words }];
  const inner: SimpleCommand[] = [];
  for (const name of script.names) {
    const expanded = expandScript(manifest, name, depth + 1);
    if (!expanded) return null;
    inner.push(...expanded);
  }
  const last = inner.pop();
  if (!last) return null;
  return [...inner, { ...last, words: [...last.words, ...script.args] }].map((one) => ({
    ...one,
    env: { ...command.env, ...one.env },
  }));
}

function scriptCall(
  words: readonly string[],
  manifest: PackageJson | null,
): { names: string[]; args: string[] } | null {
  const [program = '', ...rest] = words;
  if (program === 'run-s' || program === 'npm-run-all') {
    return { names: rest.filter((word) => !word.startsWith('-')), args: [] };
  }
  if (!['npm', 'yarn', 'pnpm', 'bun'].includes(program)) return null;
  const plain = rest.filter((word) => !/^(?:--silent|-s|--if-present)$/.test(word));
  const [first = '', ...after] = plain;
  const isRun = first === 'run' || first === 'run-script';
  const alias = first === 't' || first === 'tst' ? 'test' : first;
  const name = isRun ? after[0] : alias;
  if (name === undefined || manifest?.scripts[name] === undefined) return null;
  const args = isRun ? after.slice(1) : after;
  return { names: [name], args: args[0] === '--' ? args.slice(1) : args };
}

/** Takes `npx`, `pnpm exec`, `c8 OPTIONS`, `nyc OPTIONS` off the front. */
function stripWrappers(words: readonly string[]): readonly string[] {
  const [first = '', second = ''] = words;
  if (first === 'npx' || first === 'bunx') return stripWrappers(dropOptions(words.slice(1)));
  if (['npm', 'pnpm', 'yarn'].includes(first) && second === 'exec') {
    return stripWrappers(dropOptions(words.slice(2)));
  }
  if (['yarn', 'pnpm'].includes(first) && second in RUNNER_BINARIES) return words.slice(1);
  if (first === 'nyc' || first === 'c8') {
    const at = words.findIndex(
      (word, index) => index > 0 && (word in RUNNER_BINARIES || word === 'node'),
    );
    return at > 0 ? words.slice(at) : words;
  }
  return words;
}

function dropOptions(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !word.startsWith('-'));
  return at < 0 ? [] : words.slice(at);
}
