import { packageRoot } from '../../../src/package-root.ts';
import * as projects from '../projects.ts';
import { describeRunner } from '../runner-rows.ts';
import { testNodeModules } from '../support.ts';

const common = {
  verdicts: {
    'test/calc.test.js::zero': 'passed',
    'test/calc.test.js::add > adds': 'failed',
    'test/calc.test.js::add > later': 'skipped',
    'test/calc.test.js::add > crashes': 'failed',
    'test/other.test.js::other': 'passed',
  },
  failing: 'test/calc.test.js::add > adds',
  file: 'test/calc.test.js',
  commandLine: 'npm test',
  links: { node_modules: testNodeModules },
};

describeRunner({
  ...common,
  links: {},
  runner: 'node:test',
  files: projects.nodeTestProject,
  trace: ['1 !== 3', 'test/calc.test.js:7'],
});

describeRunner({
  ...common,
  runner: 'vitest',
  files: projects.vitestProject,
  links: { node_modules: `${packageRoot}/node_modules` },
  commandLine: 'npm test -- --run',
  trace: ['expected 1 to be 3', 'test/calc.test.js:6'],
});

describeRunner({
  ...common,
  runner: 'jest',
  files: projects.jestProject,
  trace: ['Expected value to strictly be equal to', 'test/calc.test.js:6'],
});

describeRunner({
  ...common,
  runner: 'mocha',
  files: projects.mochaProject,
  trace: ['1 !== 3', 'test/calc.test.js:6'],
});

describeRunner({
  runner: 'ava',
  files: projects.avaProject,
  links: { node_modules: testNodeModules },
  commandLine: 'npm test',
  verdicts: {
    'test/calc.test.js::zero': 'passed',
    'test/calc.test.js::adds': 'failed',
    'test/calc.test.js::later': 'skipped',
    'test/calc.test.js::crashes': 'failed',
    'test/other.test.js::other': 'passed',
  },
  failing: 'test/calc.test.js::adds',
  trace: ['Difference', '- 1\n+ 3'],
  file: 'test/calc.test.js',
});
