import * as projects from '../testing/projects.ts';
import { describeRunner } from '../testing/runner-rows.ts';

describeRunner({
  runner: 'go test',
  files: projects.goProject,
  commandLine: 'go vet ./... && go test ./...',
  verdicts: {
    '.::TestZero': 'passed',
    '.::TestAdd/one': 'failed',
    '.::TestLater': 'skipped',
    './sub::TestSub': 'passed',
    './sub::TestCrash': 'failed',
    './sub': 'error',
  },
  failing: '.::TestAdd/one',
  trace: ['calc_test.go:14: got 1, want 3'],
  file: null,
  scopeFile: { path: 'calc_test.go', ids: ['.::TestZero', '.::TestAdd/one', '.::TestLater'] },
});

describeRunner({
  runner: 'cargo test',
  files: projects.cargoProject,
  commandLine: 'cargo test --no-fail-fast',
  verdicts: {
    'src/lib.rs::tests::zero': 'passed',
    'src/lib.rs::tests::adds': 'failed',
    'src/lib.rs::tests::later': 'skipped',
    'src/lib.rs::tests::crashes': 'failed',
    'tests/other.rs::other': 'passed',
  },
  failing: 'src/lib.rs::tests::adds',
  trace: ['left: 1\n right: 3', 'src/lib.rs:14'],
  file: 'src/lib.rs',
});
