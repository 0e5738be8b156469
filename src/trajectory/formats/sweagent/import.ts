import type { Action, Observation } from '../../event.ts';
import type { ForeignRun, ForeignStep } from '../foreign-run.ts';
import { findRoot, statementOf } from '../statement.ts';
import { patchOf } from '../submission.ts';
import { EditorFollower } from './editor.ts';
import { endOfRun } from './end.ts';
import { plainText, recordsOfHistory, recordsOfTrajectory, type StepRecord } from './records.ts';
import { ReplayConfig, type TrajFile } from './schema.ts';
import { failed } from './verdict.ts';

/**
 * Reads a SWE-agent `.traj` of 0.x or 1.x (line ranges, cursors, search and replace, Anthropic's editor; written as
 * thought and action, as XML or as function calls), or one that holds nothing but its message history.
 *
 * @param name of the file without its ending; the task's id when the file has none
 */
export function importSweAgent(file: TrajFile, name: string): ForeignRun {
  const steps = file.trajectory ?? [];
  const history = file.history ?? [];
  const records = steps.length > 0 ? recordsOfTrajectory(steps) : recordsOfHistory(history);
  const config = readReplayConfig(file.replay_config);
  const opening = history.filter((item) => !item.is_demo);
  const system = plainText(opening.find((item) => item.role === 'system')?.content ?? '');
  const prompt = plainText(opening.find((item) => item.role === 'user')?.content ?? '');
  const repo = config?.env?.repo;
  // In some versions the agent carries the task's name; `main` is only the default.
  const agentName = config?.agent?.name === 'main' ? null : config?.agent?.name;
  const root = findRoot(
    [
      ...records.flatMap(({ before, after }) =>
        [before, after].flatMap((state) => [state.cwd, state.openFile]),
      ),
      repo?.repo_name ? `/${repo.repo_name}` : null,
    ].filter((path) => typeof path === 'string'),
    prompt,
  );
  const version = versionOf(file);
  const mapped = mapSteps(records, root, version);
  const last = mapped.at(-1);
  const submitted = last?.actions.at(-1)?.tool === 'submit';
  const end = endOfRun(file.info, submitted);
  return {
    format: 'swe-agent',
    formatVersion: version,
    task: {
      id: config?.problem_statement?.id ?? agentName ?? name,
      repository: repo?.github_url ?? repo?.path ?? repositoryOfRoot(root),
      baseCommit: baseCommitOf(repo?.base_commit),
      statement: config?.problem_statement?.text || statementOf(prompt),
    },
    model: config?.agent?.model?.name ?? 'unknown',
    root,
    system,
    prompt,
    setup: config?.env?.post_startup_commands ?? [],
    steps: mapped,
    end: {
      ...end,
      patch: end.patch || patchOf(last?.observations.at(-1)?.text ?? ''),
    },
  };
}

function mapSteps(records: readonly StepRecord[], root: string, version: string): ForeignStep[] {
  const follower = new EditorFollower(root, { emptyLineDeletes: version !== '0.x' });
  return records.map((record, index): ForeignStep => {
    const { command, observation: text } = record;
    const step = { text: record.text, thinking: record.thinking, raw: record.raw };
    if (!command) return { ...step, actions: [], observations: [], nudges: text ? [text] : [] };
    const call = follower.map(command, record.before, text);
    const id = record.callId ?? `step-${index + 1}`;
    const action: Action = { id, tool: call.tool, input: call.input };
    const observation: Observation = {
      actionId: id,
      text,
      isError: failed(command, text),
      ...(command.kind === 'submit' ? { endsRun: true } : {}),
      durationMs: record.durationMs,
    };
    return { ...step, actions: [action], observations: [observation] };
  });
}

function versionOf(file: TrajFile): string {
  const steps = file.trajectory ?? [];
  if (steps.length === 0) return 'history';
  return steps.some((step) => typeof step.state === 'string') ? '0.x' : '1.x';
}

function readReplayConfig(value: unknown): ReplayConfig | null {
  let json = value;
  if (typeof value === 'string') {
    try {
      json = JSON.parse(value);
    } catch {
      return null;
    }
  }
  const parsed = ReplayConfig.safeParse(json);
  return parsed.success ? parsed.data : null;
}

/** `HEAD` names no commit. */
function baseCommitOf(commit: string | null | undefined): string {
  return commit && /^[0-9a-f]{7,64}$/.test(commit) ? commit : '';
}

/** `/owner__repo` is `owner/repo` on GitHub; `swe-bench__` stands before names that are no repositories. */
function repositoryOfRoot(root: string): string {
  const [, owner, repository] = /^\/([a-z0-9][a-z0-9-]*)__([\w.-]+)$/i.exec(root) ?? [];
  if (!owner || !repository || owner === 'swe-bench') return '';
  return `https://github.com/${owner}/${repository}`;
}
