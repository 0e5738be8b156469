import { readFileSync } from 'node:fs';

/** A log of ours in `logs/` and how it is parsed. */
export interface ParserCase {
  readonly log: string;
  readonly parser: string;
  readonly instanceId: string;
  readonly version: string;
}

const pytest = [
  'pytest',
  'astroid',
  'flask',
  'marshmallow',
  'pvlib',
  'pyvista',
  'sqlfluff',
  'xarray',
];
const withOptions = ['pytest_options', 'pydicom', 'requests', 'pylint'];
const second = ['pytest_v2', 'astropy', 'scikit', 'sphinx'];

/** Log to parsers; `parser@instance id@version` where these matter. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  pytest: [...pytest, ...withOptions, ...second, 'matplotlib', 'seaborn'],
  'pytest-v2': [...second, 'pytest'],
  seaborn: ['seaborn', 'pytest'],
  django: ['django'],
  'django-bare-failure': ['django'],
  sympy: ['sympy'],
  redis: ['redis'],
  jq: ['jq'],
  micropython: ['micropython_test'],
  googletest: ['googletest'],
  doctest: ['doctest'],
  'doctest-broken': ['doctest'],
  gotest: ['gotest'],
  maven: ['maven'],
  'maven-results-first': ['maven'],
  ant: ['ant'],
  gradle: ['gradle_custom'],
  phpunit: ['phpunit'],
  minitest: ['minitest', 'jekyll@jekyll__jekyll-8047@4.1', 'jekyll@jekyll__jekyll-1@4.1'],
  cucumber: ['cucumber', 'jekyll@jekyll__jekyll-8761@4.1'],
  'ruby-unit': ['ruby_unit'],
  rspec: ['rspec_transformed_json'],
  cargo: ['cargo'],
  calypso: ['calypso'],
  'calypso-no-indent': ['calypso'],
  'chart-js': ['chart_js'],
  marked: ['marked'],
  p5js: ['p5js'],
  'react-pdf': ['react_pdf', 'carbon'],
  grommet: ['grommet'],
  jest: ['jest', 'immutable_js@immutable-js__immutable-js-2006@4'],
  'jest-json': [
    'jest_json',
    'immutable_js@immutable-js__immutable-js-2005@4',
    'immutable_js@immutable-js__immutable-js-7@4',
  ],
  vitest: ['vitest'],
  karma: ['karma'],
  'karma-too-far-out': ['karma'],
  tap: ['tap'],
  highlightjs: ['highlightjs'],
  prismjs: ['prismjs'],
  'prismjs-cut': ['prismjs'],
  'prismjs-nan': ['prismjs'],
  'bpmn-js': ['bpmn_js'],
  openlayers: ['openlayers'],
  eslint: ['eslint'],
  next: ['next'],
  'next-cypress': ['next@fusion__next-1@1.27', 'next'],
  'lighthouse-mocha': ['lighthouse@lighthouse-1@9.5', 'lighthouse@lighthouse-1@10.2'],
  'lighthouse-jest': ['lighthouse@lighthouse-1@5.6', 'lighthouse@lighthouse-1@master'],
  'lighthouse-json': ['lighthouse@lighthouse-1@2.4'],
  quarto: ['quarto_cli'],
};

export const CASES: readonly ParserCase[] = Object.entries(TABLE).flatMap(([log, parsers]) =>
  parsers.map((text) => {
    const [name, instanceId = 'owner__repo-1', version = '1.0'] = text.split('@');
    return { log, parser: `parse_log_${name}`, instanceId, version };
  }),
);

export function readLog(name: string): string {
  return readFileSync(new URL(`logs/${name}.txt`, import.meta.url), 'utf8');
}
