import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Progress } from '../swebench/datasets/download.ts';
import type { HubOptions } from '../swebench/datasets/hub.ts';
import { loadDataset } from '../swebench/datasets/load.ts';
import {
  parseFilter,
  parseIds,
  parseSeed,
  parseSlice,
  type Selection,
} from '../swebench/datasets/selection.ts';
import type { Instance } from '../swebench/instance.ts';
import type { Host } from './host.ts';

/** Options that every command over a dataset has, as typed. */
export interface DatasetOptions {
  readonly split?: string;
  readonly ids?: string;
  readonly filter?: string;
  readonly slice?: string;
  readonly shuffle?: string;
  readonly cache?: string;
}

/** Reads the dataset that a command names, telling of downloads on standard error. @throws {UsageError} */
export function openDataset(
  name: string,
  options: DatasetOptions,
  host: Host,
): Promise<Instance[]> {
  return loadDataset(name, {
    cwd: host.cwd,
    split: options.split,
    selection: selectionOf(options),
    hub: hubOptions(options.cache, host),
  });
}

function selectionOf({ ids, filter, slice, shuffle }: DatasetOptions): Selection {
  return {
    ids: ids === undefined ? undefined : parseIds(ids),
    filter: filter === undefined ? undefined : parseFilter(filter),
    slice: slice === undefined ? undefined : parseSlice(slice),
    shuffle: shuffle === undefined ? undefined : parseSeed(shuffle),
  };
}

function hubOptions(cache: string | undefined, host: Host): HubOptions {
  const { HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, XDG_CACHE_HOME } = host.env;
  const endpoint = (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(endpoint)) {
    throw new UsageError(`HF_ENDPOINT: ${JSON.stringify(endpoint)} is no http or https address`);
  }
  const caches = XDG_CACHE_HOME || join(host.home, '.cache');
  return {
    endpoint,
    token: HF_TOKEN || undefined,
    cache: cache ?? join(caches, 'patchwright', 'datasets'),
    offline: /^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE ?? ''),
    onProgress: showProgress(host),
    signal: host.signal,
  };
}

/** One line that is written over on a terminal, else one for each tenth of a file. */
function showProgress({ stderr }: Host): (progress: Progress) => void {
  let last = '';
  return ({ name, received, total }) => {
    const share = total ? received / total : 1;
    const done = total !== null && received >= total;
    const percent = Math.floor(share * 100);
    const shown = stderr.isTTY ? percent : Math.floor(percent / 10) * 10;
    const line = `${name}  ${total === null ? `${megabytes(received)} MB` : `${shown} % of ${megabytes(total)} MB`}`;
    if (line === last) return;
    last = line;
    stderr.write(stderr.isTTY ? `\r\x1b[K${line}${done ? '\n' : ''}` : `${line}\n`);
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
