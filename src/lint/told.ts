import { posix } from 'node:path';
import { decodeText } from '../text/encoding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { diskChanges } from './disk-changes.ts';
import type { Finding, SemanticChecker } from './semantic-checker.ts';

/** Texts of one file whose findings are kept. */
const MAX_TEXTS = 4;
/** Files that are only shown: as long as they stay, the checker keeps what it knows of the others. */
const MAX_ASIDE = 50;

/**
 * What a checker was told of a workspace's files. Its findings in a text depend on nothing else, so they are kept until
 * it is told something new of another file.
 */
export interface Told {
  /**
   * @returns what the checker finds in a text as the content of a file, whatever is on disk
   * @throws when it does not answer
   */
  findings(path: string, text: string, signal: AbortSignal): Promise<readonly Finding[]>;
  /**
   * The same for a text that is never on disk and that no other file imports.
   *
   * @param folder where it lies as a file of a name of its own
   */
  findingsAside(folder: string, text: string, signal: AbortSignal): Promise<readonly Finding[]>;
  /** Has a file taken as this text, without asking what is found in it. */
  show(path: string, text: string): Promise<void>;
  /** Has the content taken from the disk again. */
  hide(path: string): Promise<void>;
  /** Makes sure that the checker takes a file to have the text that is on disk. */
  onDisk(path: string, text: string): Promise<void>;
  /** @returns the text that was on disk when the checker was last told to read a file there; it may know a later one */
  lastOnDisk(path: string): string | undefined;
  /**
   * Looks for other files that changed on disk since the last time: by an edit or an undo, and by commands.
   *
   * @param commands how many commands have run so far; only when it is another number than the last time are files
   *   looked for that the checker was never told of
   */
  catchUp(except: string, commands: number): Promise<void>;
  /** Has the checker look anew for what it did not find. */
  refresh(path: string): Promise<void>;
}

export async function tellChecker(checker: SemanticChecker, workspace: Workspace): Promise<Told> {
  const changedOnDisk = diskChanges(workspace, checker.globs);
  // What the checker reads is read after this.
  await changedOnDisk();
  let commandsSeen: number | undefined;
  /** Texts that are shown whatever is on disk, and texts that were on disk when it was last told to read there. */
  const shown = new Map<string, string>();
  const read = new Map<string, string>();
  const known = new Map<string, Map<string, readonly Finding[]>>();
  const aside: string[] = [];
  let asides = 0;

  const forgetAllBut = (path: string) => {
    for (const other of known.keys()) if (other !== path) known.delete(other);
  };
  const keep = (path: string, text: string, findings: readonly Finding[]) => {
    const texts = known.get(path) ?? new Map<string, readonly Finding[]>();
    known.set(path, texts.set(text, findings));
    const oldest = texts.keys().next();
    if (texts.size > MAX_TEXTS && !oldest.done) texts.delete(oldest.value);
    return findings;
  };
  /** To be called before the checker is told of any change, which costs it what it knows anyway. */
  const hideAside = async () => {
    for (const path of aside.splice(0)) await checker.hide(path);
  };
  const show = async (path: string, text: string) => {
    if (shown.get(path) === text) return;
    forgetAllBut(path);
    await hideAside();
    await checker.show(path, text);
    shown.set(path, text);
  };
  const readAgain = async (path: string) => {
    forgetAllBut(path);
    await hideAside();
    await checker.changed([{ path, kind: 'changed' }]);
  };
  const hide = async (path: string) => {
    if (!shown.delete(path)) return;
    read.delete(path);
    await checker.hide(path);
    await readAgain(path);
  };
  const onDisk = async (path: string, text: string) => {
    if (shown.has(path)) return show(path, text);
    if (read.get(path) === text) return;
    await readAgain(path);
    read.set(path, text);
  };
  return {
    show,
    hide,
    onDisk,
    lastOnDisk: (path) => (shown.has(path) ? undefined : read.get(path)),
    async findings(path, text, signal) {
      const found = known.get(path)?.get(text);
      if (found) return found;
      await show(path, text);
      return keep(path, text, await checker.findings(path, signal));
    },
    async findingsAside(folder, text, signal) {
      const found = known.get(folder)?.get(text);
      if (found) return found;
      if (aside.length >= MAX_ASIDE) await hideAside();
      const path = posix.join(folder, `_patchwright_focus_${++asides}_.py`);
      aside.push(path);
      await checker.showAside(path, text);
      return keep(folder, text, await checker.findings(path, signal));
    },
    async catchUp(except, commands) {
      const changes = commands === commandsSeen ? [] : await changedOnDisk();
      commandsSeen = commands;
      const unknown = changes.filter(
        ({ path, kind }) =>
          kind === 'made' || (path !== except && !shown.has(path) && !read.has(path)),
      );
      if (unknown.length > 0) {
        known.clear();
        await hideAside();
        await checker.changed(unknown);
      }
      for (const [path, text] of [...shown, ...read]) {
        if (path === except) continue;
        const bytes = await workspace.readFile(path).catch(() => null);
        const now = bytes && decodeText(bytes);
        if (now?.text === text) continue;
        if (now) {
          await onDisk(path, now.text);
        } else {
          await hide(path);
          if (read.delete(path)) await readAgain(path);
        }
      }
    },
    async refresh(path) {
      known.clear();
      await hideAside();
      await checker.refresh(path);
    },
  };
}
