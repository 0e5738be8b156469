import type { Action } from '../event.ts';

/** A command line for a person: that of `bash` as it is, another tool's call as its name and JSON. */
export function commandText({ tool, input }: Action): string {
  const command = (input as { command?: unknown } | null)?.command;
  if (tool === 'bash' && typeof command === 'string') return command;
  return `${tool} ${JSON.stringify(input)}`;
}
