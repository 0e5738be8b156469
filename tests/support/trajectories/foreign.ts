/** Builders of other agents' trajectory files, in their shapes, with text of our own. */

export interface TrajStep {
  readonly action: string;
  readonly observation: string | null;
  readonly thought?: string;
  readonly openFile?: string;
  readonly cwd?: string;
}

/** A `.traj` of 0.x: the state is a JSON string, taken before the action. */
export function traj0(root: string, steps: readonly TrajStep[], submission = ''): string {
  return JSON.stringify({
    environment: 'swe_main',
    trajectory: steps.map((step) => ({
      action: `${step.action}\n`,
      observation: step.observation,
      response: `${step.thought ?? ''}\n\`\`\`\n${step.action}\n\`\`\``,
      state: `${JSON.stringify({ open_file: step.openFile ?? 'n/a', working_dir: step.cwd ?? root })}\n`,
      thought: step.thought ?? '',
    })),
    history: opening(),
    info: { exit_status: 'submitted', submission },
  });
}

/** A `.traj` of 1.x: the state is an object, taken after the action; line ends as a terminal gives them. */
export function traj1(root: string, steps: readonly TrajStep[], submission = ''): string {
  return JSON.stringify({
    environment: 'main',
    trajectory: steps.map((step) => ({
      action: step.action,
      observation: step.observation?.replaceAll('\n', '\r\n') ?? null,
      response: step.thought ?? '',
      thought: step.thought ?? '',
      execution_time: 0.25,
      state: { open_file: step.openFile ?? 'n/a', working_dir: step.cwd ?? root },
    })),
    history: opening(),
    info: {
      exit_status: 'submitted',
      submission: submission.replaceAll('\n', '\r\n'),
      model_stats: { instance_cost: 0.5, tokens_sent: 1000, tokens_received: 50, api_calls: 3 },
    },
    replay_config: JSON.stringify({
      env: {
        repo: { github_url: 'https://example.org/o/r', base_commit: 'ab'.repeat(20) },
        post_startup_commands: ['export CI=1'],
      },
      agent: { name: 'main', model: { name: 'some-model' } },
      problem_statement: { id: 'o__r-1', text: 'It is broken.' },
    }),
  });
}

function opening(): object[] {
  return [
    { role: 'system', content: 'You are a programmer.', agent: 'main' },
    { role: 'user', content: 'a demonstration', agent: 'main', is_demo: true },
    { role: 'user', content: 'ISSUE:\nIt is broken.\n\nINSTRUCTIONS:\nMend it.', agent: 'main' },
  ];
}

/** A window as SWE-agent's viewer prints it. */
export function windowText(
  path: string,
  lines: readonly string[],
  from = 1,
  total?: number,
): string {
  const count = total ?? from + lines.length - 1;
  const above = from > 1 ? `(${from - 1} more lines above)\n` : '';
  const below = count - (from + lines.length - 1);
  const shown = lines.map((line, index) => `${from + index}:${line}`).join('\n');
  const after = below > 0 ? `\n(${below} more lines below)` : '';
  return `[File: ${path} (${count} lines total)]\n${above}${shown}${after}`;
}
