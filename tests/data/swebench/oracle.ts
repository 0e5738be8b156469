import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const site = join(here, '..', '..', '..', '.cache', 'swebench-5.0.2');

/** The official package, asked over pipes. It is installed into `.cache` on first use; pip has to reach its index. */
export interface Oracle {
  /** @throws {Error} with the package's own exception when it raises */
  ask(request: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): void;
}

export function openOracle(): Oracle {
  if (!existsSync(join(site, 'swebench', 'harness', 'grading.py'))) {
    mkdirSync(site, { recursive: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    execFileSync('python3', [...pip, '--target', site, 'swebench==5.0.2'], { stdio: 'pipe' });
  }
  const child: ChildProcessWithoutNullStreams = spawn('python3', [join(here, 'oracle.py'), site], {
    env: { ...process.env, PYTHONIOENCODING: 'utf-8:surrogatepass' },
  });
  const waiting: { resolve(text: string): void; reject(error: Error): void }[] = [];
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.on('exit', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the oracle ended: ${said}`));
  });
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  return {
    async ask(request) {
      const reply = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      const parsed = JSON.parse(reply);
      if (typeof parsed.error === 'string') throw new Error(parsed.error);
      return parsed;
    },
    close() {
      child.stdin.end();
    },
  };
}
