import { basename, extname } from 'node:path';

/** Formats without a grammar here that have a parser of their own. `jsonc` allows comments and trailing commas. */
export type DataFormat = 'json' | 'jsonc' | 'yaml' | 'toml' | 'html';

/** @returns the format of a data or markup file by its name, null for any other */
export function dataFormatOf(path: string): DataFormat | null {
  const name = basename(path);
  switch (extname(name).toLowerCase()) {
    case '.json':
      return /^(tsconfig|jsconfig|settings|launch|tasks|extensions|devcontainer|api-extractor|\.)/.test(
        name,
      )
        ? 'jsonc'
        : 'json';
    case '.jsonc':
    case '.json5':
      return extname(name) === '.jsonc' ? 'jsonc' : null;
    case '.yaml':
    case '.yml':
      return 'yaml';
    case '.toml':
      return 'toml';
    case '.html':
    case '.htm':
      return 'html';
    default:
      return null;
  }
}
