import * as z from 'zod';
import { TRAJECTORY_VERSION, TrajectoryEvent } from './event.ts';

/**
 * The JSON Schema of one line of a trajectory, made from the types that the reader checks with. Unknown fields are
 * allowed: they come with later programs of the same version.
 */
export function trajectoryJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(TrajectoryEvent, { io: 'input' });
  return {
    $schema,
    title: `Patchwright trajectory, version ${TRAJECTORY_VERSION}: one event, one line`,
    ...schema,
  };
}
