import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, UsageError } from './errors.ts';

/** What a configuration file may say; each is also an option of the command line, which wins. */
const Config = z.strictObject({
  model: z.string().min(1).optional(),
  /** Taken when the model stays overloaded. */
  fallbackModel: z.string().min(1).optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
  /** Tokens of the model's context, where a server does not tell. */
  contextTokens: z.int().positive().optional(),
  /** File with prices of models, in the form of the built-in table. */
  prices: z.string().min(1).optional(),
  sandbox: z.enum(['auto', 'bubblewrap', 'none']).optional(),
  test: z.string().min(1).optional(),
  maxCost: z.number().positive().optional(),
  maxSteps: z.int().positive().optional(),
  /** Seconds. */
  maxTime: z.number().positive().optional(),
  /** For the built-in policy: a patch of less confidence, from 0 to 1, is not submitted. */
  minConfidence: z.number().min(0).max(1).optional(),
});
export type Config = z.infer<typeof Config>;

export interface ConfigSource {
  /** `--config FILE`; it must exist then. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Reads the user's configuration: the named file, else `$XDG_CONFIG_HOME/patchwright/config.json` if there.
 * A repository's files never configure a run: they are untrusted.
 *
 * @throws {UsageError} naming file, field and the mend
 */
export async function readConfig({ file, env, home }: ConfigSource): Promise<Config> {
  const path =
    file ?? join(env.XDG_CONFIG_HOME || join(home, '.config'), 'patchwright', 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`--config: ${path} cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`configuration file ${path} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parsed = Config.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const known = Object.keys(Config.shape).join(', ');
  const field =
    issue?.code === 'unrecognized_keys'
      ? `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; the fields are ${known}`
      : `field ${JSON.stringify(issue?.path.join('.') ?? '')}: ${issue?.message ?? 'wrong'}`;
  throw new UsageError(`configuration file ${path}: ${field}`);
}
