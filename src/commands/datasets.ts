import { ExitCode } from '../errors.ts';
import { plain } from '../report/plain.ts';
import { type Count, countBy, languageOf } from '../swebench/datasets/counts.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';
import type { Host } from './host.ts';

export interface DatasetsShowOptions extends DatasetOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** `patchwright datasets show NAME`: how many instances there are of each repository and language. */
export async function showDataset(options: DatasetsShowOptions, host: Host): Promise<number> {
  const instances = await openDataset(options.name, options, host);
  const repositories = countBy(instances, ({ repo }) => repo);
  const languages = countBy(instances, languageOf);
  if (options.json) {
    const result = { name: options.name, instances: instances.length, repositories, languages };
    host.stdout.write(`${JSON.stringify(result)}\n`);
    return ExitCode.submitted;
  }
  const table = (title: string, counts: readonly Count[]) => [
    '',
    title,
    ...counts.map(({ name, count }) => `${String(count).padStart(6)}  ${plain(name)}`),
  ];
  const lines = [
    `${plain(options.name)}: ${instances.length} instances`,
    ...table('repositories', repositories),
    ...table('languages', languages),
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
  return ExitCode.submitted;
}
