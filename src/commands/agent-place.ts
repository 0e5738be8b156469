import * as z from 'zod';
import { UsageError } from '../errors.ts';
import type { HeaderEvent } from '../trajectory/event.ts';
import { chooseSandbox, type OpenPlace, type SandboxKind } from '../workspace/open.ts';
import type { Host } from './host.ts';

/** Options that say where the agent's commands run, as typed. */
export interface AgentPlaceOptions {
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none' | 'container';
  readonly image?: string;
  readonly engine?: 'auto' | 'docker' | 'podman';
  /** Bytes. */
  readonly memory?: number;
  readonly cpus?: number;
}

export interface AgentPlace {
  readonly place: SandboxKind | OpenPlace;
  /** To be shown loudly. */
  readonly warning?: string;
}

export interface AgentPlaceContext {
  readonly run: string;
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

/**
 * Chooses where the agent's commands run.
 *
 * @throws {UsageError} when what was asked for does not work here
 */
export async function chooseAgentPlace(
  options: AgentPlaceOptions,
  { run, host, signal, log }: AgentPlaceContext,
): Promise<AgentPlace> {
  const { sandbox = 'auto', image, memory, cpus } = options;
  if (sandbox !== 'container') {
    const given = (['image', 'engine', 'memory', 'cpus'] as const).find((name) => options[name]);
    if (given) throw new UsageError(`--${given} is for --sandbox container only; add that`);
    const { kind, warning } = await chooseSandbox(sandbox);
    return { place: kind, ...(warning === undefined ? {} : { warning }) };
  }
  if (image === undefined) {
    throw new UsageError(
      '--sandbox container: name an image that has what the tests need, by --image',
    );
  }
  const [{ chooseEngine }, { openContainer }] = await Promise.all([
    import('../workspace/container/engine.ts'),
    import('../workspace/container/workspace.ts'),
  ]);
  const engine = await chooseEngine(options.engine ?? 'auto', host.env);
  const limits = { ...(memory === undefined ? {} : { memoryBytes: memory }), cpus };
  return {
    place: (where) => openContainer({ ...where, engine, image, run, limits, signal, log }),
  };
}

/** @returns the container of a recorded run, undefined when it had none */
export function recordedContainer({ sandbox, config }: HeaderEvent): AgentPlaceOptions | undefined {
  const parsed = RecordedContainer.safeParse(config);
  return sandbox === 'container' && parsed.success
    ? { sandbox: 'container', ...(parsed.data as AgentPlaceOptions) }
    : undefined;
}

const RecordedContainer = z.object({
  image: z.string(),
  engine: z.enum(['auto', 'docker', 'podman']).optional(),
  memory: z.number().positive().optional(),
  cpus: z.number().positive().optional(),
});
