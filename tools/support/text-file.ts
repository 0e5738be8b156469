import { ToolError } from '../../src/errors.ts';
import { type DecodedText, decodeText } from '../../src/text/encoding.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { similarPaths } from './similar-paths.ts';

/** A text file as read. */
export interface TextFile extends DecodedText {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Reads a text file.
 *
 * @param path as `workspacePath` returns it
 * @throws {ToolError} missing (with similar paths), a folder, binary
 */
export async function readTextFile(workspace: Workspace, path: string): Promise<TextFile> {
  const stat = await workspace.stat(path);
  if (!stat) throw new ToolError(await missingText(workspace, path));
  if (stat.kind === 'directory') {
    throw new ToolError(`${path} is a folder. Use \`view\` to list it, and name a file in it.`);
  }
  const bytes = await workspace.readFile(path);
  const decoded = decodeText(bytes);
  if (!decoded) {
    throw new ToolError(
      `${path} is a binary file and cannot be edited as text. Change it with a program through \`bash\`.`,
    );
  }
  return { ...decoded, path, bytes };
}

/** @returns what to say when there is no such file */
export async function missingText(workspace: Workspace, path: string): Promise<string> {
  const similar = await similarPaths(workspace, path);
  if (similar.length === 0) {
    return `There is no ${path}. Find the right path with \`find_file\`.`;
  }
  return `There is no ${path}. Similar paths: ${similar.join(', ')}. Use one of these, or \`find_file\`.`;
}
