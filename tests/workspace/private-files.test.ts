import { describe, expect, it } from 'vitest';
import { isDependency, looksPrivate } from '../../src/workspace/private-files.ts';

describe('files that may hold secrets', () => {
  it.each([
    '.env',
    '.env.local',
    '.env.production.local',
    'config/prod.env',
    '.envrc',
    '.npmrc',
    '.netrc',
    '.pypirc',
    'a/b/server.pem',
    'KEY.PEM',
    'tls.key',
    'id_rsa',
    'keys/id_ed25519',
    'store.p12',
    'release.keystore',
    'credentials.json',
    'secrets.yaml',
    'service-account-prod.json',
    '.git-credentials',
  ])('%s', (path) => {
    expect(looksPrivate(path, false)).toBe(true);
  });

  it.each([
    '.env.example',
    '.env.sample',
    '.env.template',
    'id_rsa.pub',
    'keyboard.ts',
    'monkey.py',
    'environment.yml',
    'env.py',
    'node_modules/x/.npmrc',
    '.venv/lib/python3/site-packages/certifi/cacert.pem',
    'vendor/x/test.key',
    'secrets.py',
    'credentials.py',
  ])('but not %s', (path) => {
    expect(looksPrivate(path, false)).toBe(false);
  });

  it('nor folders, but those known to hold nothing else', () => {
    expect(looksPrivate('.env', true)).toBe(false);
    expect(looksPrivate('.ssh', true)).toBe(true);
    expect(looksPrivate('deploy/.aws', true)).toBe(true);
    expect(looksPrivate('node_modules/.ssh', true)).toBe(false);
  });
});

describe('ignored folders that tests need', () => {
  it.each(['node_modules', 'packages/a/node_modules', '.venv', 'src/app.egg-info', '.tox'])(
    '%s',
    (path) => {
      expect(isDependency(path, true, () => false)).toBe(true);
    },
  );

  it('any virtual environment, by what it holds', () => {
    expect(isDependency('my-env', true, (name) => name === 'pyvenv.cfg')).toBe(true);
    expect(isDependency('my-env', true, () => false)).toBe(false);
  });

  it('compiled extensions, but not what a build made of the sources', () => {
    expect(isDependency('src/fast.cpython-311.so', false, () => false)).toBe(true);
    for (const path of ['dist', 'build', '__pycache__', 'coverage', 'target']) {
      expect(isDependency(path, true, () => false)).toBe(false);
    }
    expect(isDependency('dist.js', false, () => false)).toBe(false);
  });
});
