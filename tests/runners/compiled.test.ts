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

describeRunner({
  runner: 'ctest',
  files: { ...projects.ctestProject, '.gitignore': 'build\n' },
  commandLine: 'cmake -S . -B build && cmake --build build && ctest --test-dir build',
  verdicts: { zero: 'passed', adds: 'failed', later: 'skipped', crashes: 'failed' },
  failing: 'adds',
  trace: ['calc_test.c:12: expected 3, got 1'],
  file: null,
  scopeFile: { path: 'calc_test.c', ids: ['zero', 'adds', 'later', 'crashes'] },
});
