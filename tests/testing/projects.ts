/** Tiny projects with one passing, one failing, one skipped and one crashing test each, by runner. */
export type ProjectFiles = Readonly<Record<string, string>>;

export const pytestProject: ProjectFiles = {
  'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-ra"\n',
  'calc.py': 'def add(a, b):\n    return a - b\n\n\ndef crash():\n    return {}["missing"]\n',
  'tests/test_calc.py': `import pytest
from calc import add, crash


def test_zero():
    assert add(2, 0) == 2


@pytest.mark.parametrize("n", [1])
def test_add(n):
    assert add(2, n) == 3


@pytest.mark.skip(reason="later")
def test_later():
    assert False


@pytest.fixture
def broken():
    crash()


def test_crash(broken):
    pass
`,
  'conftest.py': '',
};

export const unittestProject: ProjectFiles = {
  'calc.py': 'def add(a, b):\n    return a - b\n',
  'tests/test_calc.py': `import unittest

from calc import add


class CalcTest(unittest.TestCase):
    def test_zero(self):
        self.assertEqual(add(2, 0), 2)

    def test_add(self):
        for n in (0, 1):
            with self.subTest(n=n):
                self.assertEqual(add(2, n), 2 + n)

    @unittest.skip("later")
    def test_later(self):
        self.fail()

    def test_crash(self):
        {}["missing"]
`,
};

const calcJs = 'exports.add = (a, b) => a - b;\nexports.crash = () => null.missing;\n';

export const nodeTestProject: ProjectFiles = {
  'package.json': '{ "scripts": { "test": "node --test test/*.test.js" } }',
  'calc.js': calcJs,
  'test/calc.test.js': `const { describe, it, test } = require('node:test');
const assert = require('node:assert');
const { add, crash } = require('../calc.js');

test('zero', () => assert.strictEqual(add(2, 0), 2));
describe('add', () => {
  it('adds', () => assert.strictEqual(add(2, 1), 3));
  it.skip('later', () => assert.fail());
  it('crashes', () => crash());
});
`,
  'test/other.test.js': `require('node:test').test('other', () => {});\n`,
};

/** For jest and mocha: \`expect\` of node's assert, globals of the runner. */
function globalsProject(script: string, files: ProjectFiles = {}): ProjectFiles {
  return {
    'package.json': JSON.stringify({ scripts: { test: script } }),
    'calc.js': calcJs,
    'test/calc.test.js': `const assert = require('node:assert');
const { add, crash } = require('../calc.js');

it('zero', () => assert.strictEqual(add(2, 0), 2));
describe('add', () => {
  it('adds', () => assert.strictEqual(add(2, 1), 3));
  it.skip('later', () => assert.fail());
  it('crashes', () => crash());
});
`,
    'test/other.test.js': `it('other', () => {});\n`,
    ...files,
  };
}

export const jestProject = globalsProject('jest');
export const mochaProject = globalsProject('mocha test/*.test.js');

export const vitestProject: ProjectFiles = {
  'package.json': '{ "type": "module", "scripts": { "test": "vitest" } }',
  'calc.js': 'export const add = (a, b) => a - b;\nexport const crash = () => null.missing;\n',
  'test/calc.test.js': `import { describe, expect, it } from 'vitest';
import { add, crash } from '../calc.js';

it('zero', () => expect(add(2, 0)).toBe(2));
describe('add', () => {
  it('adds', () => expect(add(2, 1)).toBe(3));
  it.skip('later', () => expect(1).toBe(2));
  it('crashes', () => crash());
});
`,
  'test/other.test.js': `import { it } from 'vitest';\nit('other', () => {});\n`,
};

export const avaProject: ProjectFiles = {
  'package.json': '{ "scripts": { "test": "ava" } }',
  'calc.js': calcJs,
  'test/calc.test.js': `const test = require('ava');
const { add, crash } = require('../calc.js');

test('zero', (t) => t.is(add(2, 0), 2));
test('adds', (t) => t.is(add(2, 1), 3));
test.skip('later', (t) => t.fail());
test('crashes', (t) => crash());
`,
  'test/other.test.js': `require('ava')('other', (t) => t.pass());\n`,
};

export const tapProject: ProjectFiles = {
  'package.json': '{ "scripts": { "test": "tap" } }',
  'calc.js': calcJs,
  'test/calc.test.js': `const t = require('tap');
const { add, crash } = require('../calc.js');
t.test('zero', async (t) => t.equal(add(2, 0), 2));
t.test('add', async (t) => {
  t.test('adds', async (t) => t.equal(add(2, 1), 3));
  t.test('later', { skip: true }, async (t) => t.fail());
  t.test('crashes', async () => crash());
});
`,
  'test/other.test.js': `require('tap').pass('other');\n`,
};

export const karmaProject: ProjectFiles = {
  'package.json': '{ "scripts": { "test": "karma start karma.conf.js --single-run" } }',
  'karma.conf.js': `module.exports = (config) =>
  config.set({
    frameworks: ['mocha'],
    plugins: ['karma-mocha', 'karma-jsdom-launcher'],
    browsers: ['jsdom'],
    files: ['calc.js', 'test/*.js'],
    reporters: ['progress'],
  });
`,
  'calc.js': 'function add(a, b) {\n  return a - b;\n}\n',
  'test/calc.test.js': `it('zero', () => check(add(2, 0), 2));
describe('add', () => {
  it('adds', () => check(add(2, 1), 3));
  it.skip('later', () => check(1, 2));
  it('crashes', () => null.missing);
});
function check(actual, expected) {
  if (actual !== expected) throw new Error('expected ' + expected);
}
`,
};

export const goProject: ProjectFiles = {
  'go.mod': 'module example.com/calc\n\ngo 1.19\n',
  'calc.go': 'package calc\n\nfunc Add(a, b int) int { return a - b }\n',
  'calc_test.go': `package calc

import "testing"

func TestZero(t *testing.T) {
	if Add(2, 0) != 2 {
		t.Fatal("zero")
	}
}

func TestAdd(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		if got := Add(2, 1); got != 3 {
			t.Errorf("got %d, want 3", got)
		}
	})
}

func TestLater(t *testing.T) { t.Skip("later") }
`,
  'sub/sub_test.go': `package sub

import "testing"

func TestSub(t *testing.T) {}

func TestCrash(t *testing.T) {
	var m map[string]int
	m["a"] = 1
}
`,
};

export const cargoProject: ProjectFiles = {
  'Cargo.toml': '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n',
  'src/lib.rs': `pub fn add(a: i32, b: i32) -> i32 {
    a - b
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn zero() {
        assert_eq!(add(2, 0), 2);
    }
    #[test]
    fn adds() {
        assert_eq!(add(2, 1), 3);
    }
    #[test]
    #[ignore]
    fn later() {
        panic!();
    }
    #[test]
    fn crashes() {
        let none: Vec<i32> = vec![];
        let _ = none[add(0, 0) as usize];
    }
}
`,
  'tests/other.rs': '#[test]\nfn other() {}\n',
};

export const rspecProject: ProjectFiles = {
  '.rspec': '--require spec_helper\n',
  'calc.rb': 'def add(a, b)\n  a - b\nend\n',
  'spec/spec_helper.rb': "require_relative '../calc'\n",
  'spec/calc_spec.rb': `RSpec.describe 'calc' do
  it('zero') { expect(add(2, 0)).to eq 2 }

  describe '#add' do
    it('adds') { expect(add(2, 1)).to eq 3 }
    xit('later') { expect(1).to eq 2 }
    it('crashes') { nil.missing }
  end
end
`,
  'spec/other_spec.rb': "RSpec.describe('other') { it('works') {} }\n",
};

export const minitestProject: ProjectFiles = {
  Rakefile: `require 'rake/testtask'
Rake::TestTask.new { |task| task.pattern = 'test/**/*_test.rb' }
`,
  'lib/calc.rb': 'def add(a, b)\n  a - b\nend\n',
  'test/calc_test.rb': `require 'minitest/autorun'
require 'calc'

class CalcTest < Minitest::Test
  def test_zero
    assert_equal 2, add(2, 0)
  end

  def test_add
    assert_equal 3, add(2, 1)
  end

  def test_later
    skip 'later'
  end

  def test_crash
    nil.missing
  end
end
`,
  'test/other_test.rb': `require 'minitest/autorun'

class OtherTest < Minitest::Test
  def test_other; end
end
`,
};

export const phpunitProject: ProjectFiles = {
  'phpunit.xml': `<phpunit bootstrap="calc.php">
  <testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites>
</phpunit>
`,
  'calc.php': '<?php\nfunction add($a, $b)\n{\n    return $a - $b;\n}\n',
  'tests/CalcTest.php': `<?php
use PHPUnit\\Framework\\TestCase;

final class CalcTest extends TestCase
{
    public function testZero(): void
    {
        $this->assertSame(2, add(2, 0));
    }

    /** @dataProvider cases */
    public function testAdd($n): void
    {
        $this->assertSame(2 + $n, add(2, $n));
    }

    public static function cases(): array
    {
        return ['one' => [1], [0]];
    }

    public function testLater(): void
    {
        $this->markTestSkipped('later');
    }

    public function testCrash(): void
    {
        missing();
    }
}
`,
  'tests/OtherTest.php': `<?php
final class OtherTest extends PHPUnit\\Framework\\TestCase
{
    public function testOther(): void
    {
        $this->assertTrue(true);
    }
}
`,
};

const javaCalc = `package calc;

public class Calc {
    public static int add(int a, int b) {
        return a - b;
    }
}
`;

export const mavenProject: ProjectFiles = {
  'pom.xml': `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>calc</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>11</maven.compiler.source>
    <maven.compiler.target>11</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.11.4</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.2</version></plugin>
    </plugins>
  </build>
</project>
`,
  'src/main/java/calc/Calc.java': javaCalc,
  'src/test/java/calc/CalcTest.java': `package calc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CalcTest {
    @Test
    void zero() {
        assertEquals(2, Calc.add(2, 0));
    }

    @Nested
    class Add {
        @Test
        void adds() {
            assertEquals(3, Calc.add(2, 1));
        }
    }

    @Test
    @Disabled("later")
    void later() {}

    @Test
    void crashes() {
        Object none = null;
        none.hashCode();
    }
}
`,
  'src/test/java/calc/OtherTest.java': `package calc;

class OtherTest {
    @org.junit.jupiter.api.Test
    void other() {}
}
`,
};

export const gradleProject: ProjectFiles = {
  'build.gradle': `apply plugin: 'java'
repositories { mavenCentral() }
dependencies { testCompile 'junit:junit:4.13.2' }
`,
  'settings.gradle': "rootProject.name = 'calc'\n",
  'src/main/java/calc/Calc.java': javaCalc,
  'src/test/java/calc/CalcTest.java': `package calc;

import static org.junit.Assert.assertEquals;

import org.junit.Ignore;
import org.junit.Test;

public class CalcTest {
    @Test
    public void zero() {
        assertEquals(2, Calc.add(2, 0));
    }

    @Test
    public void adds() {
        assertEquals(3, Calc.add(2, 1));
    }

    @Test
    @Ignore("later")
    public void later() {}

    @Test
    public void crashes() {
        Object none = null;
        none.hashCode();
    }
}
`,
  'src/test/java/calc/OtherTest.java': `package calc;

public class OtherTest {
    @org.junit.Test
    public void other() {}
}
`,
};

export const ctestProject: ProjectFiles = {
  'CMakeLists.txt': `cmake_minimum_required(VERSION 3.21)
project(calc C)
enable_testing()
add_executable(calc_test calc_test.c)
foreach(name zero adds later crashes)
  add_test(NAME \${name} COMMAND calc_test \${name})
endforeach()
set_tests_properties(later PROPERTIES SKIP_RETURN_CODE 77)
`,
  'calc_test.c': `#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(int a, int b) { return a - b; }

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  if (!strcmp(name, "zero")) return add(2, 0) != 2;
  if (!strcmp(name, "later")) return 77;
  if (!strcmp(name, "crashes")) abort();
  if (add(2, 1) != 3) fprintf(stderr, "calc_test.c:12: expected 3, got %d\\n", add(2, 1));
  return add(2, 1) != 3;
}
`,
};

const settings = `SECRET_KEY = "test"
INSTALLED_APPS = ["calc"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
`;

const djangoTests = `from unittest import skip

from django.test import SimpleTestCase, TestCase

from calc.models import add


class CalcTest(SimpleTestCase):
    def test_zero(self):
        self.assertEqual(add(2, 0), 2)

    def test_add(self):
        self.assertEqual(add(2, 1), 3)

    @skip("later")
    def test_later(self):
        self.fail()


class CrashTest(TestCase):
    def test_crash(self):
        {}["missing"]
`;

export const djangoProject: ProjectFiles = {
  'site/manage.py': `import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
execute_from_command_line(sys.argv)
`,
  'site/settings.py': settings,
  'site/calc/__init__.py': '',
  'site/calc/models.py': 'def add(a, b):\n    return a - b\n',
  'site/calc/tests.py': djangoTests,
};

/** Laid out like Django's own repository: a runner of its own in \`tests\`. */
export const djangoItself: ProjectFiles = {
  'django/__init__.py': '"""Stands for the package that is tested; the installed one is used."""\n',
  'setup.cfg': '[flake8]\nexclude = build\n',
  'tests/runtests.py': `import argparse
import os
import sys

sys.path = [entry for entry in sys.path if os.path.abspath(entry) != os.path.abspath(".")]
import django
from django.conf import settings
from django.test.utils import get_runner

parser = argparse.ArgumentParser()
parser.add_argument("modules", nargs="*")
parser.add_argument("--noinput", action="store_true")
parser.add_argument("--parallel", type=int, default=1)
parser.add_argument("-k", dest="patterns", action="append")
options = parser.parse_args()

os.environ["DJANGO_SETTINGS_MODULE"] = "test_sqlite"
django.setup()
runner = get_runner(settings)(
    interactive=False, parallel=options.parallel, test_name_patterns=options.patterns
)
os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.exit(bool(runner.run_tests(options.modules or ["calc", "other"])))
`,
  'tests/test_sqlite.py': settings,
  'tests/calc/__init__.py': '',
  'tests/calc/models.py': 'def add(a, b):\n    return a - b\n',
  'tests/calc/tests.py': djangoTests,
  'tests/other/__init__.py': '',
  'tests/other/tests.py': `from django.test import SimpleTestCase


class OtherTest(SimpleTestCase):
    def test_other(self):
        pass
`,
};

export const toxProject: ProjectFiles = {
  'tox.ini': `[tox]
envlist = py3
skipsdist = true

[testenv]
deps = pytest==8.4.2
setenv =
    CALC_MODE = strict
commands =
    python --version
    pytest --strict-markers --durations 3 {posargs:tests}
`,
  'tests/test_calc.py': `import os

import pytest


def test_zero():
    assert os.environ["CALC_MODE"] == "strict"


def test_add():
    assert 2 - 1 == 3


@pytest.mark.skip
def test_later():
    pass


def test_crash():
    {}["missing"]
`,
};
