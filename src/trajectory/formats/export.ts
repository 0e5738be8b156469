import type { TrajectoryEvent } from '../event.ts';
import { exportAtif } from './atif/export.ts';
import { exportAnthropicChat } from './chat/anthropic.ts';
import { exportOpenAiChat } from './chat/openai.ts';
import type { ExportFormat } from './export-formats.ts';
import { exportHtml } from './html.ts';
import { exportMarkdown } from './markdown.ts';
import { exportMini } from './mini/export.ts';
import { recordedRun } from './own-run.ts';
import { exportSweAgent } from './sweagent/export.ts';

/**
 * Writes a trajectory in another format. The chat formats yield one line, so that files of many runs can be joined.
 *
 * @param options `thinking`: keep the model's thinking in the chat formats (default: leave it out)
 * @throws {Error} when the first event is no header
 */
export function exportTrajectory(
  events: readonly TrajectoryEvent[],
  format: ExportFormat,
  options: { thinking?: boolean } = {},
): string {
  const run = recordedRun(events);
  const chat = { thinking: options.thinking ?? false };
  switch (format) {
    case 'swe-agent':
      return document(exportSweAgent(run));
    case 'mini':
      return document(exportMini(run));
    case 'atif':
      return document(exportAtif(run));
    case 'openai':
      return line(exportOpenAiChat(run, chat));
    case 'anthropic':
      return line(exportAnthropicChat(run, chat));
    case 'markdown':
      return exportMarkdown(run);
    case 'html':
      return exportHtml(run);
  }
}

function document(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
