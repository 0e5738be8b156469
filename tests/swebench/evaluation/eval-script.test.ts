import { describe, expect, it } from 'vitest';
import {
  adaptScript,
  evaluationScript,
  hardenedScript,
} from '../../../src/swebench/evaluation/eval-script.ts';

const START = ": '>>>>> Start Test Output'";
const END = ": '>>>>> End Test Output'";
const SCRIPT = `#!/bin/bash
set -uxo pipefail
cd /testbed
${START}
pytest
${END}
git checkout x

`;

describe('the evaluation script', () => {
  it('keeps the exit code of the tests before the end marker and prints it after', () => {
    expect(evaluationScript(SCRIPT)).toBe(`#!/bin/bash
set -uxo pipefail
cd /testbed
${START}
pytest
SWEBENCH_TEST_EXIT_CODE=$?
${END}
echo ">>>>> Test Exit Code: $SWEBENCH_TEST_EXIT_CODE"
git checkout x
`);
  });

  it('without an end marker stays as it is', () => {
    expect(evaluationScript('true\nfalse')).toBe('#!/bin/bash\nset -uxo pipefail\ntrue\nfalse\n');
  });

  it('puts files in place just before the start marker', () => {
    expect(evaluationScript(SCRIPT, ['cp a b']).split('\n').slice(2, 5)).toEqual([
      'cd /testbed',
      'cp a b',
      START,
    ]);
  });

  it('leaves out what only the official images have, but not in here documents', () => {
    const script = [
      'source /opt/miniconda3/bin/activate',
      'conda activate testbed',
      'source $NVM_DIR/nvm.sh',
      'git config --global --add safe.directory /testbed',
      "sed -i '/en_US.UTF-8/s/^# //g' /etc/locale.gen && locale-gen",
      'export LC_ALL=en_US.UTF-8',
      'cd /testbed',
      "git apply -v - <<'EOF_1'",
      '+conda activate /testbed',
      'EOF_1',
      'ls /testbed/tests /testbeds',
    ].join('\n');
    expect(adaptScript(script, '/testbed').split('\n')).toEqual([
      'cd /testbed',
      "git apply -v - <<'EOF_1'",
      '+conda activate /testbed',
      'EOF_1',
      'ls /testbed/tests /testbeds',
    ]);
    const moved = adaptScript(script, '/tmp/a', [{ from: /^ls/, to: 'ls -l $&' }]).split('\n');
    expect([moved[0], moved[2], moved[4]]).toEqual([
      'cd /tmp/a',
      '+conda activate /testbed',
      'ls -l $& /tmp/a/tests /testbeds',
    ]);
  });

  it('hardened prints nothing but the tests and ends with their exit code', () => {
    const script = hardenedScript(evaluationScript(SCRIPT), ['git checkout HEAD -- conftest.py']);
    const lines = script?.split('\n') ?? [];
    expect(lines.indexOf('git checkout HEAD -- conftest.py')).toBeLessThan(
      lines.indexOf('cd /testbed'),
    );
    expect(lines.indexOf('} >/dev/null 2>&1')).toBeLessThan(lines.indexOf('pytest'));
    expect(lines.slice(-2)).toEqual(['pytest', '']);
    expect(script).not.toContain('>>>>>');
    expect(hardenedScript('true', [])).toBeUndefined();
  });
});
