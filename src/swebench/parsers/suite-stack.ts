import { indentation, strip } from './python-text.ts';

/** The headings that enclose a test, read off the indentation of the lines. */
export class SuiteStack {
  private stack: { name: string; indent: number }[] = [];

  /** Takes an indented line as a heading; a line at the margin is none. */
  enter(line: string): void {
    const indent = indentation(line);
    if (indent === 0) return;
    while ((this.stack.at(-1)?.indent ?? -1) >= indent) this.stack.pop();
    this.stack.push({ name: strip(line), indent });
  }

  names(): string[] {
    return this.stack.map(({ name }) => name);
  }
}
