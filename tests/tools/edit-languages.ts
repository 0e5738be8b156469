/** A small file of one language with a good and a broken edit of it. */
export interface LanguageCase {
  readonly language: string;
  readonly path: string;
  readonly text: string;
  /** Stands in the text once, on lines of its own. */
  readonly old: string;
  readonly good: string;
  /** Breaks the syntax; null where any text is good. */
  readonly broken: string | null;
}

export const LANGUAGES: readonly LanguageCase[] = [
  {
    language: 'Python',
    path: 'src/area.py',
    text: 'import math\n\n\ndef area(r):\n    """Größe."""\n    return math.pi * r\n\n\nprint(area(2))\n',
    old: '    return math.pi * r\n',
    good: '    if r < 0:\n        raise ValueError(r)\n    return math.pi * r ** 2\n',
    broken: '    return math.pi * (r ** 2\n',
  },
  {
    language: 'JavaScript',
    path: 'src/area.js',
    text: "const label = 'Größe';\n\nexport function area(r) {\n  return Math.PI * r;\n}\n\nconsole.log(label, area(2));\n",
    old: '  return Math.PI * r;\n',
    good: '  if (r < 0) throw new RangeError(label);\n  return Math.PI * r ** 2;\n',
    broken: '  return Math.PI * (r ** 2;\n',
  },
  {
    language: 'TypeScript',
    path: 'src/area.ts',
    text: "const label: string = 'Größe';\n\nexport function area(r: number): number {\n  return Math.PI * r;\n}\n\nconsole.log(label, area(2));\n",
    old: '  return Math.PI * r;\n',
    good: '  const square = (x: number): number => x * x;\n  return Math.PI * square(r);\n',
    broken: '  const square = (x: number): => x * x;\n',
  },
  {
    language: 'TSX',
    path: 'src/area.tsx',
    text: "const label = 'Größe';\n\nexport function Area({ r }: { r: number }) {\n  return <p>{label}</p>;\n}\n\nexport const two = <Area r={2} />;\n",
    old: '  return <p>{label}</p>;\n',
    good: '  return (\n    <p title={label}>{Math.PI * r ** 2}</p>\n  );\n',
    broken: '  return <p title={label}>{r</p>;\n',
  },
  {
    language: 'Go',
    path: 'area.go',
    text: 'package area\n\n// Größe\nfunc Area(r float64) float64 {\n\treturn 3 * r\n}\n\nvar two = Area(2)\n',
    old: '\treturn 3 * r\n',
    good: '\tif r < 0 {\n\t\treturn 0\n\t}\n\treturn 3 * r * r\n',
    broken: '\tif r < 0 {\n\treturn 3 * r * r\n',
  },
  {
    language: 'Rust',
    path: 'src/area.rs',
    text: '// Größe\npub fn area(r: f64) -> f64 {\n    3.0 * r\n}\n\npub fn two() -> f64 {\n    area(2.0)\n}\n',
    old: '    3.0 * r\n',
    good: '    let square = r * r;\n    3.0 * square\n',
    broken: '    let square = r * ;\n    3.0 * square\n',
  },
  {
    language: 'Java',
    path: 'src/Area.java',
    text: '// Größe\nclass Area {\n    static double area(double r) {\n        return Math.PI * r;\n    }\n\n    static final double TWO = area(2);\n}\n',
    old: '        return Math.PI * r;\n',
    good: '        double square = r * r;\n        return Math.PI * square;\n',
    broken: '        return Math.PI * (r * r;\n',
  },
  {
    language: 'Ruby',
    path: 'lib/area.rb',
    text: '# Größe\ndef area(r)\n  3 * r\nend\n\nputs area(2)\n',
    old: '  3 * r\n',
    good: '  raise ArgumentError if r < 0\n  3 * r**2\n',
    broken: '  if r < 0\n  3 * (r**2\n',
  },
  {
    language: 'PHP',
    path: 'src/area.php',
    text: '<?php\n// Größe\nfunction area(float $r): float {\n    return 3 * $r;\n}\n\necho area(2);\n',
    old: '    return 3 * $r;\n',
    good: '    $square = $r * $r;\n    return 3 * $square;\n',
    broken: '    return 3 * ($r * $r;\n',
  },
  {
    language: 'C',
    path: 'src/area.c',
    text: '/* Größe */\n#include <stdio.h>\n\ndouble area(double r)\n{\n    return 3 * r;\n}\n\nint main(void)\n{\n    return area(2) > 0;\n}\n',
    old: '    return 3 * r;\n',
    good: '    double new = r * r;\n    return 3 * new;\n',
    broken: '    return 3 * (r * r;\n',
  },
  {
    language: 'C++',
    path: 'src/area.cpp',
    text: '// Größe\n#include <vector>\n\ntemplate <class T>\nT area(T r) {\n  return 3 * r;\n}\n\nauto two = area(2);\n',
    old: '  return 3 * r;\n',
    good: '  std::vector<T> all{r};\n  return 3 * all[0] * r;\n',
    broken: '  std::vector<T> all{r;\n',
  },
  {
    language: 'C#',
    path: 'src/Area.cs',
    text: '// Größe\nclass Area\n{\n    static double Of(double r)\n    {\n        return 3 * r;\n    }\n}\n',
    old: '        return 3 * r;\n',
    good: '        var square = r * r;\n        return 3 * square;\n',
    broken: '        return 3 * (r * r;\n',
  },
  {
    language: 'CSS',
    path: 'style/area.css',
    text: '/* Größe */\n.area {\n  color: red;\n}\n\n.two {\n  color: blue;\n}\n',
    old: '  color: red;\n',
    good: '  color: #f00;\n  width: calc(100% - 2px);\n',
    broken: '  color: red;\n}}\n',
  },
  {
    language: 'JSON',
    path: 'data/area.json',
    text: '{\n  "name": "Größe",\n  "radius": 2,\n  "unit": "m"\n}\n',
    old: '  "radius": 2,\n',
    good: '  "radius": [2, 3],\n  "square": true,\n',
    broken: '  "radius": [2, 3,\n',
  },
  {
    language: 'YAML',
    path: 'data/area.yaml',
    text: 'name: Größe\nradius:\n  - 2\nunit: m\n',
    old: '  - 2\n',
    good: '  - 2\n  - {r: 3}\n',
    broken: '  - {r: 3\n',
  },
  {
    language: 'TOML',
    path: 'data/area.toml',
    text: 'name = "Größe"\n\n[circle]\nradius = 2\n\n[unit]\nshort = "m"\n',
    old: 'radius = 2\n',
    good: 'radius = [2, 3]\nsquare = true\n',
    broken: 'radius = [2, 3\n',
  },
  {
    language: 'HTML',
    path: 'site/area.html',
    text: '<!doctype html>\n<title>Größe</title>\n<div>\n  <p>two</p>\n</div>\n<footer>end</footer>\n',
    old: '  <p>two</p>\n',
    good: '  <p>two</p>\n  <p class="x">three</p>\n',
    broken: '  <p class="x>three</span></p>\n',
  },
  {
    language: 'Markdown',
    path: 'docs/area.md',
    text: '# Größe\n\n```python\ndef area(r): return r\n```\n\nThe end.\n',
    old: 'def area(r): return r\n',
    good: 'def area(r: return ((\n',
    broken: null,
  },
];
