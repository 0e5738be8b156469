import * as projects from '../testing/projects.ts';
import { describeRunner } from '../testing/runner-rows.ts';

describeRunner({
  runner: 'rspec',
  files: projects.rspecProject,
  commandLine: 'rspec',
  verdicts: {
    'spec/calc_spec.rb::calc zero': 'passed',
    'spec/calc_spec.rb::calc #add adds': 'failed',
    'spec/calc_spec.rb::calc #add later': 'skipped',
    'spec/calc_spec.rb::calc #add crashes': 'failed',
    'spec/other_spec.rb::other works': 'passed',
  },
  failing: 'spec/calc_spec.rb::calc #add adds',
  trace: ['expected: 3\n     got: 1', 'spec/calc_spec.rb:5'],
  file: 'spec/calc_spec.rb',
});

describeRunner({
  runner: 'minitest',
  files: projects.minitestProject,
  commandLine: 'rake test',
  verdicts: {
    'test/calc_test.rb::CalcTest#test_zero': 'passed',
    'test/calc_test.rb::CalcTest#test_add': 'failed',
    'test/calc_test.rb::CalcTest#test_later': 'skipped',
    'test/calc_test.rb::CalcTest#test_crash': 'error',
    'test/other_test.rb::OtherTest#test_other': 'passed',
  },
  failing: 'test/calc_test.rb::CalcTest#test_add',
  trace: ['Expected: 3\n  Actual: 1', 'test/calc_test.rb:10'],
  file: 'test/calc_test.rb',
});

describeRunner({
  runner: 'phpunit',
  files: projects.phpunitProject,
  commandLine: 'phpunit --do-not-cache-result',
  verdicts: {
    'tests/CalcTest.php::testZero': 'passed',
    'tests/CalcTest.php::testAdd with data set "one"': 'failed',
    'tests/CalcTest.php::testAdd with data set #0': 'passed',
    'tests/CalcTest.php::testLater': 'skipped',
    'tests/CalcTest.php::testCrash': 'error',
    'tests/OtherTest.php::testOther': 'passed',
  },
  failing: 'tests/CalcTest.php::testAdd with data set "one"',
  trace: ['Failed asserting that 1 is identical to 3.', 'tests/CalcTest.php:14'],
  file: 'tests/CalcTest.php',
});
