import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { FolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';

/** Whether `--out` names a bucket and not a folder. */
export function isBucketAddress(out: string): boolean {
  return out.startsWith('s3://');
}

/**
 * Opens what `--out` names: a folder, or `s3://bucket/prefix`. The S3 client is loaded only when one is named.
 *
 * @throws {UsageError} for an address that is none
 */
export async function openStore(
  out: string,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<ObjectStore> {
  if (!isBucketAddress(out)) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(out)) {
      throw new UsageError(`--out: ${out} is neither a folder nor s3://BUCKET/PREFIX`);
    }
    return new FolderStore(resolve(cwd, out));
  }
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/.exec(out) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new UsageError(
      `--out: ${JSON.stringify(bucket)} is no name of a bucket; give s3://BUCKET/PREFIX`,
    );
  }
  // The client would tell users of its future with Node 20 at each start; which client it is, we decide.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Store } = await import('./s3-store.ts');
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  return new S3Store({ bucket, prefix, endpoint });
}
