import * as projects from '../testing/projects.ts';
import { describeRunner } from '../testing/runner-rows.ts';

const file = 'src/test/java/calc/CalcTest.java';
const other = 'src/test/java/calc/OtherTest.java';

describeRunner({
  runner: 'maven',
  files: { ...projects.mavenProject, '.gitignore': 'target\n' },
  commandLine: 'mvn -q test',
  verdicts: {
    [`${file}::zero`]: 'passed',
    [`${file}::Add > adds`]: 'failed',
    [`${file}::later`]: 'skipped',
    [`${file}::crashes`]: 'error',
    [`${other}::other`]: 'passed',
  },
  failing: `${file}::Add > adds`,
  trace: ['expected: <3> but was: <1>', `${file}:19`],
  file,
});

describeRunner({
  runner: 'gradle',
  files: projects.gradleProject,
  commandLine: 'gradle --no-daemon test',
  verdicts: {
    [`${file}::zero`]: 'passed',
    [`${file}::adds`]: 'failed',
    [`${file}::later`]: 'skipped',
    [`${file}::crashes`]: 'failed',
    [`${other}::other`]: 'passed',
  },
  failing: `${file}::adds`,
  trace: ['expected:<3> but was:<1>', `${file}:16`],
  file,
});
