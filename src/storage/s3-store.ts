import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { messageOf, UsageError } from '../errors.ts';
import { isKey, type ObjectStore } from './object-store.ts';

export interface S3Options {
  readonly bucket: string;
  /** Without a slash at either end; may be empty. */
  readonly prefix: string;
  /** The address of a compatible service; undefined: Amazon's. */
  readonly endpoint: string | undefined;
  /** Keys of one answer when listing; default the service's own limit. */
  readonly pageSize?: number;
}

/** Of one request; a lost answer must not hold a worker for ever. */
const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const TRIES = 8;
/** What one request may delete. */
const DELETED_AT_ONCE = 1000;

/**
 * Objects in a bucket of S3 or a compatible service. Credentials and region come from the environment as the AWS SDK
 * has it. `create` is a conditional put (`If-None-Match: *`), which the service has to know.
 */
export class S3Store implements ObjectStore {
  readonly place: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #pageSize: number | undefined;
  /** Whether the service has ever answered: then being away is an outage, and not a wrong address. */
  #answered = false;

  constructor({ bucket, prefix, endpoint, pageSize }: S3Options) {
    this.place = `s3://${[bucket, prefix].filter(Boolean).join('/')}`;
    this.#bucket = bucket;
    this.#pageSize = pageSize;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#client = new S3Client({
      maxAttempts: TRIES,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      // Compatible services are seldom found by the bucket's own host name, nor do all know the newer checksums.
      ...(endpoint === undefined
        ? {}
        : {
            endpoint,
            forcePathStyle: true,
            requestChecksumCalculation: 'WHEN_REQUIRED',
            responseChecksumValidation: 'WHEN_REQUIRED',
          }),
    });
  }

  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    for (;;) {
      try {
        await this.#put(key, bytes, '*');
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === 409) continue;
        if (status !== 412) throw this.#explained(error);
        // The client tries again by itself: what is there may be what its first try has stored.
        return (await this.get(key))?.equals(bytes) ?? false;
      }
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#put(key, bytes).catch((error: unknown) => {
      throw this.#explained(error);
    });
  }

  async get(key: string): Promise<Buffer | null> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: this.#key(key) }),
      );
      this.#answered = true;
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      const explained = this.#explained(error);
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null;
      throw explained;
    }
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client
        .send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: `${this.#prefix}${prefix}`,
            ContinuationToken: token,
            MaxKeys: this.#pageSize,
          }),
        )
        .catch((error: unknown) => {
          throw this.#explained(error);
        });
      this.#answered = true;
      const found = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(this.#prefix.length));
      // A bucket may hold what others have put there, such as keys that end with a slash.
      keys.push(...found.filter(isKey));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return keys.sort();
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
      const Objects = keys.slice(at, at + DELETED_AT_ONCE).map((key) => ({ Key: this.#key(key) }));
      const { Errors } = await this.#client
        .send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }))
        .catch((error: unknown) => {
          throw this.#explained(error);
        });
      const [first] = Errors ?? [];
      if (first)
        throw new Error(`${this.place}: ${first.Key} cannot be deleted (${first.Message})`);
    }
  }

  async clear(prefix: string): Promise<void> {
    await this.delete(await this.list(prefix));
  }

  async #put(key: string, bytes: Uint8Array, ifNoneMatch?: '*'): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: this.#key(key),
        Body: bytes,
        ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
      }),
    );
    this.#answered = true;
  }

  #key(key: string): string {
    if (!isKey(key)) throw new Error(`no key: ${JSON.stringify(key)}`);
    return `${this.#prefix}${key}`;
  }

  /** What the user can mend becomes one sentence. */
  #explained(error: unknown): unknown {
    const status = statusOf(error);
    if (status !== undefined) this.#answered = true;
    const { name, message } = error instanceof Error ? error : { name: '', message: '' };
    const usage = (sentence: string) =>
      new UsageError(`${this.place}: ${sentence}`, { cause: error });
    if (name === 'NoSuchBucket') return usage(`there is no bucket ${this.#bucket}; make it first`);
    if (name === 'CredentialsProviderError') {
      return usage('there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    }
    if (/region is missing/i.test(message)) return usage('the region is not known; set AWS_REGION');
    if (status === 401 || status === 403) {
      return usage(`access is refused (${name || status}); check the credentials and their rights`);
    }
    if (status === 501) {
      return usage('this service knows no conditional put (If-None-Match), which is needed');
    }
    if (isUnreachable(error) && !this.#answered) {
      return usage(
        `the service cannot be reached (${messageOf(error)}); check AWS_ENDPOINT_URL and the network`,
      );
    }
    return error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function isUnreachable(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(
    code ?? '',
  );
}
