import { readFile, stat } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.ts';

/** Bytes of the longest issue; more is a wrong file. */
const MAX_ISSUE_BYTES = 1_000_000;

const GITHUB_ISSUE =
  /^https:\/\/github\.com\/([\w.-]+)\/([\w.-]+)\/(?:issues|pull)\/(\d+)(?:[/?#].*)?$/;

export interface Issue {
  /** Short name for folders and reports: `owner__repo-12`, a file's name, or `issue`. */
  readonly id: string;
  readonly statement: string;
}

export interface IssueSources {
  readonly stdin: AsyncIterable<Buffer | string>;
  /** `GITHUB_TOKEN`, `GITHUB_API_URL`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Reads an issue from a file, standard input (`-`), a GitHub issue's address, or the text itself.
 *
 * @throws {UsageError} empty, too large, not text, or not to be had
 */
export async function readIssue(from: string, sources: IssueSources): Promise<Issue> {
  const issue = await fetchIssue(from, sources);
  const statement = issue.statement.replaceAll('\r\n', '\n').trim();
  if (statement === '') {
    throw new UsageError(`--issue: the issue is empty; describe the problem in ${describe(from)}`);
  }
  if (Buffer.byteLength(statement) > MAX_ISSUE_BYTES) {
    throw new UsageError(`--issue: the issue is over ${MAX_ISSUE_BYTES} bytes; shorten it`);
  }
  if (statement.includes('\0')) {
    throw new UsageError(`--issue: ${describe(from)} is not text; give Markdown or plain text`);
  }
  return { id: issue.id, statement };
}

async function fetchIssue(from: string, sources: IssueSources): Promise<Issue> {
  if (from === '-') return { id: 'issue', statement: await readAll(sources.stdin) };
  const github = GITHUB_ISSUE.exec(from);
  if (github) {
    const [, owner = '', repo = '', number = ''] = github;
    return fetchGitHubIssue({ owner, repo, number: Number(number) }, sources);
  }
  if (/^https?:\/\/\S+$/.test(from)) {
    throw new UsageError(
      `--issue: ${from} is not the address of a GitHub issue (https://github.com/OWNER/REPO/issues/N)`,
    );
  }
  const file = await stat(from).catch(() => null);
  if (file?.isFile()) {
    if (file.size > MAX_ISSUE_BYTES) {
      throw new UsageError(`--issue: ${from} has ${file.size} bytes; is it the right file?`);
    }
    const name = from.split('/').at(-1) ?? from;
    return { id: name.replace(/\.\w+$/, '') || 'issue', statement: await readFile(from, 'utf8') };
  }
  if (file) throw new UsageError(`--issue: ${from} is a folder; name the file with the issue`);
  if (looksLikePath(from)) {
    throw new UsageError(`--issue: there is no file ${from}; name a file, a text, an address or -`);
  }
  return { id: 'issue', statement: from };
}

async function fetchGitHubIssue(
  { owner, repo, number }: { owner: string; repo: string; number: number },
  { env, signal }: IssueSources,
): Promise<Issue> {
  const { Octokit } = await import('@octokit/rest');
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new Octokit({
    log: silent,
    ...(env.GITHUB_TOKEN ? { auth: env.GITHUB_TOKEN } : {}),
    ...(env.GITHUB_API_URL ? { baseUrl: env.GITHUB_API_URL } : {}),
  });
  const name = `${owner}/${repo}#${number}`;
  try {
    const request = { owner, repo, issue_number: number, request: { signal } };
    const { data } = await octokit.rest.issues.get(request);
    return { id: `${owner}__${repo}-${number}`, statement: `${data.title}\n\n${data.body ?? ''}` };
  } catch (error) {
    signal.throwIfAborted();
    const status = (error as { status?: number }).status;
    const mend =
      status === 404 || status === 401 || status === 403
        ? env.GITHUB_TOKEN
          ? 'the GITHUB_TOKEN may not read it, or it does not exist'
          : 'it does not exist, or is private, or the rate limit is used up: set GITHUB_TOKEN'
        : 'check the network, or save the issue to a file';
    throw new UsageError(`--issue: GitHub does not give ${name} (${messageOf(error)}): ${mend}`, {
      cause: error,
    });
  }
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > MAX_ISSUE_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function looksLikePath(text: string): boolean {
  return !/\s/.test(text) && (text.includes('/') || /\.(md|txt|markdown|rst)$/i.test(text));
}

function describe(from: string): string {
  return from === '-' ? 'standard input' : looksLikePath(from) ? from : 'the text of --issue';
}
