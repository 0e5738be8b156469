import { parseDjango } from './django.ts';
import { parseDoctest } from './doctest.ts';
import {
  parseBpmnJs,
  parseChartJs,
  parseEslint,
  parseMarked,
  parseOpenLayers,
} from './failures-only.ts';
import { parseGradle, parseMaven } from './java.ts';
import { parseCalypso, parseGrommet, parseJestSuites } from './jest-suites.ts';
import { parseKarma } from './karma.ts';
import * as lines from './line-table.ts';
import { parseHighlightJs, parseLighthouse, parsePrismJs } from './mocha.ts';
import { parseNext } from './next.ts';
import { parseP5Js } from './p5js.ts';
import { LogFormatError, type LogParser } from './parser.ts';
import { parsePhpUnit } from './phpunit.ts';
import {
  parseMatplotlib,
  parsePytest,
  parsePytestOptions,
  parsePytestV2,
  parseSeaborn,
} from './pytest.ts';
import { parseQuarto } from './quarto.ts';
import { parseSympy } from './sympy.ts';

/** Chooses by the number of the pull request, since these repositories changed their runner. */
function byPullRequest(
  numberOf: (instanceId: string) => string | undefined,
  parsers: Readonly<Record<string, LogParser>>,
): LogParser {
  return (log, record, context) => {
    const number = numberOf(context.instanceId) ?? '';
    const parser = Object.hasOwn(parsers, number) ? parsers[number] : undefined;
    if (!parser) throw new LogFormatError(`no parser is known for ${context.instanceId}`);
    parser(log, record, context);
  };
}

const parseJekyll = byPullRequest((id) => id.split('-')[1], {
  9141: lines.parseMinitest,
  8047: lines.parseMinitest,
  8167: lines.parseMinitest,
  8761: lines.parseCucumber,
  8771: lines.parseCucumber,
});

const parseImmutableJs = byPullRequest((id) => id.split('-').at(-1), {
  2006: lines.parseJest,
  2005: lines.parseJestJson,
});

/** Every parser of the official registry (swebench 5.0.2), by the name that a row's `log_parser` gives. */
export const PARSERS: ReadonlyMap<string, LogParser> = new Map(
  Object.entries({
    parse_log_pytest: parsePytest,
    parse_log_astroid: parsePytest,
    parse_log_flask: parsePytest,
    parse_log_marshmallow: parsePytest,
    parse_log_pvlib: parsePytest,
    parse_log_pyvista: parsePytest,
    parse_log_sqlfluff: parsePytest,
    parse_log_xarray: parsePytest,
    parse_log_pytest_options: parsePytestOptions,
    parse_log_pydicom: parsePytestOptions,
    parse_log_requests: parsePytestOptions,
    parse_log_pylint: parsePytestOptions,
    parse_log_pytest_v2: parsePytestV2,
    parse_log_astropy: parsePytestV2,
    parse_log_scikit: parsePytestV2,
    parse_log_sphinx: parsePytestV2,
    parse_log_django: parseDjango,
    parse_log_matplotlib: parseMatplotlib,
    parse_log_seaborn: parseSeaborn,
    parse_log_sympy: parseSympy,

    parse_log_bpmn_js: parseBpmnJs,
    parse_log_calypso: parseCalypso,
    parse_log_carbon: parseJestSuites,
    parse_log_chart_js: parseChartJs,
    parse_log_eslint: parseEslint,
    parse_log_grommet: parseGrommet,
    parse_log_highlightjs: parseHighlightJs,
    parse_log_immutable_js: parseImmutableJs,
    parse_log_jest: lines.parseJest,
    parse_log_jest_json: lines.parseJestJson,
    parse_log_karma: parseKarma,
    parse_log_lighthouse: parseLighthouse,
    parse_log_marked: parseMarked,
    parse_log_next: parseNext,
    parse_log_openlayers: parseOpenLayers,
    parse_log_p5js: parseP5Js,
    parse_log_prismjs: parsePrismJs,
    parse_log_quarto_cli: parseQuarto,
    parse_log_react_pdf: parseJestSuites,
    parse_log_tap: lines.parseTap,
    parse_log_vitest: lines.parseVitest,

    parse_log_doctest: parseDoctest,
    parse_log_googletest: lines.parseGoogleTest,
    parse_log_jq: lines.parseJq,
    parse_log_micropython_test: lines.parseMicropython,
    parse_log_redis: lines.parseRedis,

    parse_log_gotest: lines.parseGoTest,

    parse_log_ant: lines.parseAnt,
    parse_log_gradle_custom: parseGradle,
    parse_log_maven: parseMaven,

    parse_log_phpunit: parsePhpUnit,

    parse_log_cucumber: lines.parseCucumber,
    parse_log_jekyll: parseJekyll,
    parse_log_minitest: lines.parseMinitest,
    parse_log_rspec_transformed_json: lines.parseRspec,
    parse_log_ruby_unit: lines.parseRubyUnit,

    parse_log_cargo: lines.parseCargo,
  }),
);
