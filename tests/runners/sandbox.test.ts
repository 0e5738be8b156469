import { afterEach, expect, it } from 'vitest';
import { runTests } from '../../src/testing/run-tests.ts';
import * as projects from '../testing/projects.ts';
import { verdicts } from '../testing/runner-rows.ts';
import { openTestProject, type TestProject } from '../testing/support.ts';

let project: TestProject;
afterEach(() => project.close());

const java = 'src/test/java/calc/CalcTest.java';
/** Nothing can be downloaded: gradle takes what its own Debian package depends on. */
const gradleProject = {
  ...projects.gradleProject,
  'build.gradle': (projects.gradleProject['build.gradle'] ?? '').replace(
    'mavenCentral()',
    "maven { url 'file:///usr/share/maven-repo' }",
  ),
};

it.each([
  [
    'phpunit',
    projects.phpunitProject,
    {
      'tests/CalcTest.php::testZero': 'passed',
      'tests/CalcTest.php::testAdd with data set "one"': 'failed',
    },
  ],
  [
    'maven',
    { ...projects.mavenProject, '.gitignore': 'target\n' },
    { [`${java}::zero`]: 'passed', [`${java}::Add > adds`]: 'failed' },
  ],
  ['gradle', gradleProject, { [`${java}::zero`]: 'passed', [`${java}::adds`]: 'failed' }],
])(
  'runs %s in bubblewrap, with its configuration of the system',
  async (runner, files, expected) => {
    project = openTestProject(files, { kind: 'bubblewrap' });
    const report = await runTests({
      workspace: project.workspace,
      timeoutMs: 250_000,
      signal: new AbortController().signal,
    });
    expect(report, report.output).toMatchObject({ state: 'ran', runner });
    expect(verdicts(report)).toMatchObject(expected);
  },
);

it('keeps what may hold passwords out of the sandbox', async () => {
  project = openTestProject({ 'README.md': '' }, { kind: 'bubblewrap' });
  const argv = ['sh', '-c', 'ls /etc/maven /etc/php/* /etc/java-*'];
  const { stdout } = await project.workspace.exec(argv, { timeoutMs: 30_000 });
  expect(stdout).toMatch(/m2\.conf[\s\S]*mods-available/);
  expect(stdout).not.toMatch(/settings\.xml|management|fpm|apache2/);
});
