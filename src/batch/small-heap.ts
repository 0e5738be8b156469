import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** With fewer agents than these, what each leaves behind is no matter, and time for it is better spent on them. */
const MANY_AGENTS = 16;
/** For both halves of the space of new objects, in bytes; V8 would go up to 32 MiB. */
const NEW_SPACE = 4 * 1024 * 1024;
/** Part of what is in use, in percent, that garbage may reach before it is collected; V8 would take up to 300. */
const GROWING_PERCENT = 50;
const LOOK_EVERY_MS = 20;

/**
 * Keeps the memory of this process, from now to its end, near to what its agents hold, where they are many. Left alone,
 * V8 trades memory for time. Both flags are read each time a space is about to grow, so that they hold from then on; a
 * V8 that does not know them passes them over.
 *
 * @param agents that run side by side at most
 */
export function keepHeapSmall(agents: number): void {
  if (agents < MANY_AGENTS) return;
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  const watch = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (space !== undefined && space.space_size < NEW_SPACE) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(watch);
  }, LOOK_EVERY_MS);
  watch.unref();
}
