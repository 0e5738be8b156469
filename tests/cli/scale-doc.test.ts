import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/package-root.ts';
import { runCli } from '../support/cli.ts';

const page = readFileSync(`${packageRoot}/docs/scale.md`, 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  );

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: Container[] } } };
}

const resources = blocks('yaml').flatMap((text) =>
  parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  }),
);

/** Every command line of ours on the page. */
const commands = [
  ...blocks('')
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('patchwright '))
    .map((line) => line.split(/\s+/).slice(1)),
  ...resources
    .flatMap(({ spec }) => spec?.template?.spec.containers ?? [])
    .filter(({ command }) => command[0] === 'patchwright')
    .map(({ args }) => args.map(String)),
];

it('has manifests of everything that is needed', () => {
  expect(resources.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    'Secret/patchwright',
    'PersistentVolumeClaim/redis',
    'Deployment/redis',
    'Service/redis',
    'Job/patchwright-batch',
    'Job/patchwright-workers',
  ]);
  expect(commands.length).toBeGreaterThan(4);
});

it.each(commands.map((args) => [args.join(' '), args] as const))(
  'patchwright %s has options that exist',
  async (_, [command = '', ...rest]) => {
    const { stdout, code } = await runCli([command, '--help'], { home: tmpdir() });
    expect(code).toBe(0);
    const known = new Set(stdout.match(/(?<![\w-])--?[a-z][a-z-]*/g));
    for (const word of rest.filter((arg) => /^--?[a-z]/.test(arg))) expect(known).toContain(word);
  },
);

it('names options in its prose that exist', async () => {
  const helps = await Promise.all(
    [['batch'], ['worker'], ['collect'], ['evaluate'], ['queue', 'watch']].map((args) =>
      runCli([...args, '--help'], { home: tmpdir() }),
    ),
  );
  const known = new Set(helps.flatMap(({ stdout }) => stdout.match(/--[a-z][a-z-]*/g)));
  const named = [...page.matchAll(/`(--[a-z][a-z-]*)[^`]*`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(known).toContain(name);
});
