// Required by mocha: keeps it to the files named in PATCHWRIGHT_MOCHA_FILES. mocha itself adds files on its command
// line to those of its configuration.
const { dirname, resolve } = require('node:path');

const wanted = JSON.parse(process.env.PATCHWRIGHT_MOCHA_FILES ?? '[]').map((file) => resolve(file));
const loaded = require(
  require.resolve('mocha', { paths: [process.cwd(), dirname(process.argv[1] ?? '.')] }),
);
const Mocha = [loaded, loaded.default, loaded.Mocha].find((one) => one?.prototype?.loadFiles);

function isWanted(mocha, file) {
  const path = resolve(file);
  const setup = [mocha.options.file ?? []].flat().map((one) => resolve(one));
  return setup.includes(path) || wanted.some((one) => path === one || path.startsWith(`${one}/`));
}

if (wanted.length > 0 && Mocha) {
  for (const name of ['loadFiles', 'loadFilesAsync', 'run']) {
    const original = Mocha.prototype[name];
    if (!original) continue;
    Mocha.prototype[name] = function limited(...args) {
      this.files = this.files.filter((file) => isWanted(this, file));
      return original.apply(this, args);
    };
  }
}
