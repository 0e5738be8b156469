import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { START_TEST_OUTPUT } from '../grading/markers.ts';
import type { Instance } from '../instance.ts';
import { detectSetup } from './detect.ts';
import { choosePython, constraintsAt, type Python } from './pythons.ts';
import { matchSetup, type SetupEntry } from './setup-file.ts';

/** How the environment of one instance is made. */
export interface SetupPlan {
  /** Interpreter of the virtual environment; undefined: none is made. */
  readonly python?: Python | undefined;
  /** Shell lines, run in the repository with network. */
  readonly lines: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly replacements: readonly { readonly from: RegExp; readonly to: string }[];
  /** Instances with the same identity can share an environment. */
  readonly identity: string;
}

export interface PlanOptions {
  /** Host folder of the repository at the base commit. */
  readonly root: string;
  readonly date: Date;
  readonly entries: readonly SetupEntry[];
  readonly pythons: readonly Python[];
}

/** @throws {UsageError} when a set-up names an interpreter that is not installed */
export function planSetup(instance: Instance, options: PlanOptions): SetupPlan {
  const { root, date, entries, pythons } = options;
  const entry = matchSetup(entries, instance);
  const detected = detectSetup(root);
  const own = entry?.run ?? instance.setup;
  const lines =
    own === undefined
      ? [...detected.lines, ...installLines(instance.evalScript).map((line) => `${line} || true`)]
      : [own];
  const python = entry?.python
    ? named(entry.python, pythons)
    : own === undefined && detected.python
      ? choosePython(pythons, { date, ...detected.python })
      : undefined;
  const constraints =
    python && own === undefined && detected.python ? constraintLines(constraintsAt(date)) : [];
  const files = detected.files.map((name) => [name, readFileSync(join(root, name), 'utf8')]);
  const facts = [
    ...[instance.repo, python?.path, process.versions.node, process.arch],
    ...[constraints, lines, entry?.env, files],
  ];
  return {
    python,
    lines: [...constraints, ...lines],
    env: entry?.env ?? {},
    replacements: Object.entries(entry?.replace ?? {}).map(([from, to]) => ({
      from: new RegExp(from),
      to,
    })),
    identity: createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 24),
  };
}

function named(version: string, pythons: readonly Python[]): Python {
  const found = pythons.find((python) => python.version === version);
  if (found) return found;
  const known = pythons.map((python) => python.version).join(', ');
  throw new UsageError(`--setup: Python ${version} is not installed; here are ${known || 'none'}`);
}

/** Lines that hold pip to constraints for all that follows. */
function constraintLines(constraints: readonly string[]): string[] {
  if (constraints.length === 0) return [];
  const file = '"$VIRTUAL_ENV/constraints.txt"';
  const quoted = constraints.map((constraint) => `'${constraint}'`).join(' ');
  return [`printf '%s\\n' ${quoted} > ${file}`, `export PIP_CONSTRAINT=${file}`];
}

/** What an evaluation script installs before its tests: done beforehand, with network, it needs none later. */
function installLines(script: string): string[] {
  const [preparation = ''] = script.split(START_TEST_OUTPUT);
  return preparation
    .replace(/<<-?\s*'?(\w+)'?\n[\s\S]*?\n\1\n/g, '\n')
    .split('\n')
    .filter((line) => /^(python3? -m )?pip install\b/.test(line));
}
