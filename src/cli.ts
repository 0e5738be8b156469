import { packageRoot } from './package-root.ts';
console.log(packageRoot);
