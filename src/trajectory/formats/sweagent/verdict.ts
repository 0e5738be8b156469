import type { Command } from './command.ts';

const WINDOWED_FAILURES =
  /introduced new syntax error|Your edit was not applied|Text not found|No file open(ed)?\.|^Usage: |^Error: |must be (a number|less than)|No changes were made|already exists|^File .* not found|is a directory\. You can only open|^Command '.*' failed to parse/m;

const EDITOR_FAILURES =
  /^(No replacement was performed|The path .* (does not exist|is not an absolute path|is a directory and only)|File already exists at|Parameter `|Invalid `|Unrecognized command|The `view_range` parameter|The parent directory|No edit history found|Ran into |Error: )/;

const SEARCH_FAILURES = /^(Usage: |Directory .* not found|Error: |No file open)/m;

const SHELL_FAILURES =
  /^(?:.*\n)?EXECUTION TIMED OUT\s*$|^(COMMAND TIMED OUT|The command .* was cancelled because it took more than|Your bash command contained syntax errors|Your command .* (is not supported|was blocked)|Operation '.*' is not supported|Interactive operation)/;

/** @returns true when SWE-agent's answer says that the command did nothing: refused, misused or timed out */
export function failed(command: Command, observation: string): boolean {
  switch (command.kind) {
    case 'bash':
      return SHELL_FAILURES.test(observation);
    case 'editor':
      return EDITOR_FAILURES.test(observation) || SHELL_FAILURES.test(observation);
    case 'findFile':
    case 'searchDir':
    case 'searchFile':
      return SEARCH_FAILURES.test(observation);
    case 'submit':
      return false;
    default:
      return WINDOWED_FAILURES.test(beforeWindow(observation)) || SHELL_FAILURES.test(observation);
  }
}

/** What an answer says before it shows the file, whose text may well contain the word `Error`. */
function beforeWindow(observation: string): string {
  const at = observation.search(/^\[File: /m);
  return at < 0 ? observation : observation.slice(0, at);
}
