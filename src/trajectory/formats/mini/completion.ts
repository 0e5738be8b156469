const SIGNALS = ['COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT', 'MINI_SWE_AGENT_FINAL_OUTPUT'];

const SIGNAL = new RegExp(`^\\s*echo\\s+(['"]?)(?:${SIGNALS.join('|')})\\1\\s*(?:&&|;|\\n|$)`);

/** What usually follows the signal and only prints the patch. */
const PRINTS_PATCH =
  /^\s*(git\s+(--no-pager\s+)?(add|diff|status|show|reset)\b[^;|>]*|cat\s+[^;|>]*)?\s*$/;

/**
 * Reads the command by which mini hands in its work.
 *
 * @returns null when the command is another one; else `rest`, the part after the signal that does more than print
 * the patch and must run before the submission (empty: nothing)
 */
export function parseCompletion(command: string): { rest: string } | null {
  const match = SIGNAL.exec(command);
  if (!match) return null;
  const rest = command.slice(match[0].length);
  const harmless = rest.split('&&').every((part) => PRINTS_PATCH.test(part));
  return { rest: harmless ? '' : rest.trim() };
}
