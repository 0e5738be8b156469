import * as projects from '../testing/projects.ts';
import { describeRunner } from '../testing/runner-rows.ts';
import { moreNodeModules } from '../testing/support.ts';

const links = { node_modules: moreNodeModules };

describeRunner({
  runner: 'tap',
  files: projects.tapProject,
  links,
  commandLine: 'npm test',
  verdicts: {
    'test/calc.test.js::zero': 'passed',
    'test/calc.test.js::add > adds': 'failed',
    'test/calc.test.js::add > later': 'skipped',
    'test/calc.test.js::add > crashes': 'failed',
    'test/other.test.js': 'passed',
  },
  failing: 'test/calc.test.js::add > adds',
  trace: ['should be equal', '-3\n+1', 'test/calc.test.js:5'],
  file: 'test/calc.test.js',
});

describeRunner({
  runner: 'karma',
  files: projects.karmaProject,
  links,
  commandLine: 'npm test',
  verdicts: {
    zero: 'passed',
    'add > adds': 'failed',
    'add > later': 'skipped',
    'add > crashes': 'failed',
  },
  failing: 'add > adds',
  trace: ['expected 3', 'test/calc.test.js:3'],
  file: null,
  scopeFile: {
    path: 'test/calc.test.js',
    ids: ['zero', 'add > adds', 'add > later', 'add > crashes'],
  },
});
