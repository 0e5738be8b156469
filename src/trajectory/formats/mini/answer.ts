/** What mini told the model about one command, taken apart. */
export interface MiniAnswer {
  /** Null when the text does not tell. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

/** Reads an observation as mini's templates print it: tags, or a JSON object. */
export function parseAnswer(text: string): MiniAnswer {
  const timedOut = /^(The last command .*timed out|<exception>.*timed out)/ms.test(text);
  const json = parseObject(text);
  if (json && 'returncode' in json) {
    const { returncode, output, output_head: head = '', output_tail: tail = '' } = json;
    return {
      exitCode: toCode(returncode),
      output: String(output ?? `${head}${tail}`),
      timedOut: timedOut || /timed out/.test(String(json.exception_info ?? '')),
    };
  }
  const code = /<returncode>(-?\d+)<\/returncode>/.exec(text)?.[1];
  const output =
    /<output>\n?([\s\S]*?)\n?<\/output>/.exec(text)?.[1] ??
    `${/<output_head>\n?([\s\S]*?)\n?<\/output_head>/.exec(text)?.[1] ?? ''}${
      /<output_tail>\n?([\s\S]*?)\n?<\/output_tail>/.exec(text)?.[1] ?? ''
    }`;
  return {
    exitCode: code === undefined ? null : Number(code),
    output: code === undefined && output === '' ? text : output,
    timedOut,
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function toCode(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
