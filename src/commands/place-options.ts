import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';

/** Adds the options that say where the agent's commands run, a container included. */
export function addPlaceOptions(
  command: Command,
  value: <T>(parse: (text: string) => T) => (text: string) => T,
): Command {
  const inContainer = (text: string) => `with --sandbox container: ${text}`;
  return command
    .addOption(
      new Option('--sandbox <kind>', 'where commands run (default: auto)').choices([
        'auto',
        'bubblewrap',
        'none',
        'container',
      ]),
    )
    .option('--image <name>', inContainer('the image, with what the tests need'))
    .addOption(
      new Option('--engine <name>', inContainer('its engine (default: auto)')).choices([
        'auto',
        'docker',
        'podman',
      ]),
    )
    .option(
      '--memory <size>',
      inContainer('memory of all commands together, such as 4g'),
      value(parseMemory),
    )
    .option('--cpus <n>', inContainer('processors, 2 or 0.5 (default: all)'), value(parseCpus));
}

const UNITS: Readonly<Record<string, number>> = { m: 2 ** 20, g: 2 ** 30 };
const LEAST_BYTES = 64 * 2 ** 20;

/** `--memory`: `512m` or `4g`. @throws {UsageError} */
export function parseMemory(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([mg])$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  if (bytes >= LEAST_BYTES && bytes <= 2 ** 50) return bytes;
  throw new UsageError(
    `--memory: ${JSON.stringify(text)} is no amount of memory; give 512m or 4g, at least 64m`,
  );
}

/** `--cpus`: a number above 0. @throws {UsageError} */
export function parseCpus(text: string): number {
  if (/^(\d+(\.\d+)?|\.\d+)$/.test(text.trim()) && Number(text) >= 0.01 && Number(text) <= 10_000) {
    return Number(text);
  }
  throw new UsageError(`--cpus: ${JSON.stringify(text)} is no number of processors; give 2 or 0.5`);
}
