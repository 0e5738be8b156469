/** The submission as `git apply` takes it: no empty line before it, one line end after it. */
export function patchOf(submission: string): string {
  const text = submission.replaceAll('\r\n', '\n');
  const start = text.indexOf('diff --git ');
  if (start < 0) return '';
  const patch = text.slice(start);
  return patch.endsWith('\n') ? patch : `${patch}\n`;
}
