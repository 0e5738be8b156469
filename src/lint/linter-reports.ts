import * as z from 'zod';
import type { Diagnostic } from './diagnostic.ts';

const Ruff = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    location: z.object({ row: z.number(), column: z.number() }),
  }),
);

const Eslint = z.array(
  z.object({
    messages: z.array(
      z.object({
        ruleId: z.string().nullable(),
        message: z.string(),
        line: z.number().optional(),
        column: z.number().optional(),
      }),
    ),
  }),
);

/** @returns findings of `ruff check --output-format=json`; null for anything else */
export function parseRuff(text: string): Diagnostic[] | null {
  const report = Ruff.safeParse(json(text));
  if (!report.success) return null;
  return report.data.map(({ code, message, location }) =>
    remark(location.row, location.column, message, `ruff ${code ?? 'syntax'}`),
  );
}

/** @returns findings of `eslint --format=json`; null for anything else */
export function parseEslint(text: string): Diagnostic[] | null {
  const report = Eslint.safeParse(json(text));
  if (!report.success) return null;
  return report.data.flatMap(({ messages }) =>
    messages
      // Without a rule: the file is ignored or its configuration is wrong.
      .filter(({ ruleId }) => ruleId !== null)
      .map(({ ruleId, message, line = 1, column = 1 }) =>
        remark(line, column, message, `eslint ${ruleId}`),
      ),
  );
}

/** @returns findings of flake8's default format, `path:line:column: CODE message` */
export function parseFlake8(text: string): Diagnostic[] {
  return [...text.matchAll(/^.*?:(\d+):(\d+): ([A-Z]+\d+) (.*)$/gm)].map(
    ([, line, column, code, message = '']) =>
      remark(Number(line), Number(column), message, `flake8 ${code}`),
  );
}

function remark(line: number, column: number, message: string, source: string): Diagnostic {
  return {
    line,
    column,
    message: message.split('\n', 1)[0] ?? message,
    severity: 'remark',
    source,
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
