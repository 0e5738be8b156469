/** @returns top-level functions, classes and variables of a Python program, functions first */
export function definedInPython(code: string): string[] {
  const functions = [...code.matchAll(/^(?:async +)?def +(\w+)/gm)];
  const others = [...code.matchAll(/^(?:class +(\w+)|(\w+)(?: *:[^=\n]+)? *=(?!=))/gm)];
  const names = [...functions, ...others].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set(names)];
}

/** @returns top-level functions of a JavaScript program */
export function definedInJavaScript(code: string): string[] {
  const found = [...code.matchAll(/^(?:const|let|var|(?:async )?function) (\w+)/gm)].map(
    (match) => match[1],
  );
  const functions = found.filter((name) => {
    const isFunction = new RegExp(
      `^(?:(?:async )?function ${name}\\b|(?:const|let|var) ${name} = (?:\\(|async\\b|function|\\w+ =>))`,
      'm',
    );
    return name !== undefined && isFunction.test(code);
  });
  return [...new Set(functions.filter((name) => name !== undefined))];
}
