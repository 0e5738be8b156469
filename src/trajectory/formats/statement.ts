/** How the known prompt templates of other agents frame the issue's text. */
const FRAMES: readonly RegExp[] = [
  /<pr_description>\s*(?:Consider the following PR description:\s*)?([\s\S]*?)\s*<\/pr_description>/,
  /<issue>\s*([\s\S]*?)\s*<\/issue>/,
  /(?:^|\n)ISSUE:\n([\s\S]*?)\s*\nINSTRUCTIONS:/,
  /^Please solve this issue: ([\s\S]*?)\s*\n\nYou can execute bash commands/,
];

/** Takes the issue out of the first message; the whole message when its frame is not known. */
export function statementOf(prompt: string): string {
  for (const frame of FRAMES) {
    const statement = frame.exec(prompt)?.[1];
    if (statement) return statement;
  }
  return prompt.trim();
}

/** Where another agent's container held the repository, as the usual images and prompts name it. */
const USUAL_ROOT = /^\/(?:testbed|[\w.-]+__[\w.-]+)(?=\/|$)/;

/**
 * Finds the repository's root in a recording.
 *
 * @param directories absolute paths that the recording tells, the likeliest first: working directories, open files
 * @param prompt the first message, which may name the directory
 * @returns empty when nothing tells
 */
export function findRoot(directories: readonly string[], prompt: string): string {
  for (const directory of directories) {
    const root = USUAL_ROOT.exec(directory)?.[0];
    if (root !== undefined) return root;
  }
  const named =
    /<uploaded_files>\s*(\/[^\s<]+)\s*<\/uploaded_files>/.exec(prompt)?.[1] ??
    /(?:repository in the directory|[Ff]iles in|repository at) (\/[\w./-]*\w)/.exec(prompt)?.[1];
  return named ?? directories.find((directory) => /^\/./.test(directory)) ?? '';
}
