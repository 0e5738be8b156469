import { defaultTools, optionalTools } from '../../tools/index.ts';
import type { Tool } from '../agent/tool.ts';
import { UsageError } from '../errors.ts';

/**
 * The tools of a run: the default ones, changed by `--tools +NAME,-NAME`. The repair policy brings its own tool.
 *
 * @throws {UsageError} for a name that is no tool
 */
export function chooseTools(list: string | undefined, model: string): Tool[] {
  const chosen = new Map(defaultTools.map((tool) => [tool.name, tool]));
  const all = new Map([...defaultTools, ...optionalTools].map((tool) => [tool.name, tool]));
  const words = list?.split(',').filter((word) => word !== '') ?? [];
  if (model === 'repair') words.unshift('+repair');
  for (const word of words) {
    const name = word.replace(/^[+-]/, '');
    const tool = all.get(name);
    if (!tool) {
      const names = [...all.keys()].join(', ');
      throw new UsageError(
        `--tools: there is no tool ${JSON.stringify(name)}; the tools are ${names}`,
      );
    }
    if (word.startsWith('-')) chosen.delete(name);
    else chosen.set(name, tool);
  }
  return [...chosen.values()];
}
