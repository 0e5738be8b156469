import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type Service, startService } from './service.ts';

const MOTO = fileURLToPath(new URL('../../.cache/test-s3/bin/moto_server', import.meta.url));

export interface S3Server extends Service {
  /** What a program needs in its environment to use it. */
  readonly env: Readonly<Record<string, string>>;
  createBucket(name: string): Promise<void>;
}

/** moto, an S3 service that keeps its objects in memory. */
export async function startS3(): Promise<S3Server> {
  const ready = /Running on (http:\/\/127\.0\.0\.1:\d+)/;
  const service = await startService(MOTO, ['-H', '127.0.0.1', '-p', '0'], ready);
  const [, endpoint = ''] = ready.exec(service.output()) ?? [];
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test-key',
    AWS_SECRET_ACCESS_KEY: 'test-secret',
  };
  return {
    ...service,
    env,
    async createBucket(name) {
      const client = new S3Client({
        endpoint,
        region: env.AWS_REGION,
        forcePathStyle: true,
        credentials: { accessKeyId: 'test-key', secretAccessKey: 'test-secret' },
      });
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
  };
}
