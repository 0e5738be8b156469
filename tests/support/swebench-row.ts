export interface SmallRow {
  readonly base: string;
  readonly gold: string;
  readonly testPatch: string;
  readonly image: string;
  /** Lines of the evaluation script between going to the repository and laying the tests into it. */
  readonly prepare: string;
}

/** A row of a dataset over a repository with `sum.sh` and `test.sh`, without its `instance_id`. */
export function smallRow({ base, gold, testPatch, image, prepare }: SmallRow) {
  return {
    repo: 'jug/jug',
    base_commit: base,
    patch: gold,
    test_patch: testPatch,
    problem_statement: 'Sums are wrong.',
    version: '1.0',
    FAIL_TO_PASS: ['test.sh::both'],
    PASS_TO_PASS: ['test.sh::zero'],
    log_parser: 'parse_log_pytest',
    eval_type: 'pass_and_fail',
    image,
    eval_script: `#!/bin/bash
set -uxo pipefail
source /opt/miniconda3/bin/activate
${prepare}
git checkout ${base} test.sh
git apply -v - <<'EOF_114329324912'
${testPatch}
EOF_114329324912
: '>>>>> Start Test Output'
bash test.sh
: '>>>>> End Test Output'
git checkout ${base} test.sh
`,
  };
}
