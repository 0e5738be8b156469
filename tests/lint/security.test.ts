import { describe, expect, test } from 'vitest';
import { securityRemarksAdded } from '../../src/lint/security.ts';

/** Rule names of the remarks when a line is added to a file. */
async function remarks(path: string, line: string, before = ''): Promise<string[]> {
  const after = `${before}${line}\n`;
  const count = before.split('\n').length;
  const found = await securityRemarksAdded({
    path,
    before,
    after,
    lines: [{ start: count, removed: 1, added: 2 }],
    change: { start: before.length, end: before.length, text: `${line}\n` },
  });
  expect(found.every(({ severity }) => severity === 'remark')).toBe(true);
  return found.map(({ source }) => source.replace('security/', ''));
}

const KEY = `AKIA${'ABCDEFGH'.repeat(2)}`;

test.each([
  ['a.py', 'os.system("rm " + name)', 'shell-injection'],
  ['a.py', 'os.system(command)', 'shell-injection'],
  ['a.py', 'subprocess.run(f"rm {name}", shell=True)', 'shell-injection'],
  ['a.py', 'subprocess.check_output("rm %s" % name, cwd=x, shell=True)', 'shell-injection'],
  ['a.py', 'x = eval(request_text)', 'code-injection'],
  ['a.py', 'x = pickle.loads(data)', 'unsafe-deserialisation'],
  ['a.py', 'x = yaml.load(stream)', 'unsafe-deserialisation'],
  ['a.py', 'cursor.execute(f"select * from t where a = {a}")', 'sql-injection'],
  ['a.py', 'cursor.execute("select %s" % a)', 'sql-injection'],
  ['a.py', 'x = open(request.args["name"])', 'path-traversal'],
  ['a.py', 'tar.extractall(path)', 'archive-traversal'],
  ['a.py', 'requests.get(url, verify=False)', 'no-certificate-check'],
  ['a.py', `key = "${KEY}"`, 'secret'],
  ['a.js', `exec(\`rm $\{name}\`);`, 'shell-injection'],
  ['a.js', "child_process.execSync('rm ' + name);", 'shell-injection'],
  ['a.js', "spawn('rm', [name], { shell: true });", 'shell-injection'],
  ['a.ts', 'const x: unknown = eval(text);', 'code-injection'],
  ['a.ts', "const f = new Function('a', body);", 'code-injection'],
  ['a.js', 'element.innerHTML = name;', 'markup-injection'],
  ['a.js', `db.query(\`select * from t where a = $\{a}\`);`, 'sql-injection'],
  ['a.js', 'fs.readFileSync(path.resolve(req.query.name));', 'path-traversal'],
  ['a.tsx', 'https.get({ rejectUnauthorized: false });', 'no-certificate-check'],
  ['a.js', `const key = '${KEY}';`, 'secret'],
])('%s: %s', async (path, line, rule) => {
  expect(await remarks(path, line)).toContain(rule);
});

test.each([
  ['a.py', 'os.system("true")'],
  ['a.py', 'subprocess.run(["rm", name])'],
  ['a.py', 'subprocess.run("ls | wc", shell=True)'],
  ['a.py', 'x = ast.literal_eval(text)'],
  ['a.py', 'x = yaml.safe_load(stream)'],
  ['a.py', 'cursor.execute("select * from t where a = %s", (a,))'],
  ['a.py', 'tar.extractall(path, filter="data")'],
  ['a.py', '# os.system(name) and eval(x)'],
  ['a.js', "execFile('rm', [name]);"],
  ['a.js', 'const m = /a/.exec(text);'],
  ['a.js', "element.innerHTML = '';"],
  ['a.js', "db.query('select * from t where a = ?', [a]);"],
  ['a.js', '// eval(x)'],
  ['a.go', 'eval(x)'],
])('nothing in %s: %s', async (path, line) => {
  expect(await remarks(path, line)).toEqual([]);
});

describe('only what the edit adds counts', () => {
  test('what stood there before is no remark', async () => {
    expect(await remarks('a.py', 'x = eval(b)', 'y = 1\n')).toEqual(['code-injection']);
    const kept = await securityRemarksAdded({
      path: 'a.py',
      before: 'x = eval(b)\n',
      after: 'y = 1\nx = eval(b)\n',
      lines: [{ start: 1, removed: 1, added: 2 }],
      change: { start: 0, end: 11, text: 'y = 1\nx = eval(b)' },
    });
    expect(kept).toEqual([]);
  });
});
