const ALIASES: Readonly<Record<string, string>> = {
  full: 'SWE-bench/SWE-bench',
  'swe-bench': 'SWE-bench/SWE-bench',
  swebench: 'SWE-bench/SWE-bench',
  swe_bench: 'SWE-bench/SWE-bench',
  lite: 'SWE-bench/SWE-bench_Lite',
  'swe-bench-lite': 'SWE-bench/SWE-bench_Lite',
  'swebench-lite': 'SWE-bench/SWE-bench_Lite',
  swe_bench_lite: 'SWE-bench/SWE-bench_Lite',
  'swe-bench_lite': 'SWE-bench/SWE-bench_Lite',
  verified: 'SWE-bench/SWE-bench_Verified',
  multilingual: 'SWE-bench/SWE-bench_Multilingual',
  multimodal: 'SWE-bench/SWE-bench_Multimodal',
};

/** The short names that {@link resolveAlias} is documented with. */
export const SHORT_NAMES = ['full', 'lite', 'verified', 'multilingual', 'multimodal'] as const;

/** A short name becomes the dataset's id on Hugging Face; anything else stays as it is. */
export function resolveAlias(name: string): string {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(ALIASES, key) ? (ALIASES[key] ?? name) : name;
}

/** An id on Hugging Face: `owner/name`, with `@revision` where one is wanted. */
export interface HubId {
  readonly id: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision: string;
}

/** @returns undefined when the name cannot be an id */
export function parseHubId(name: string): HubId | undefined {
  const [, id, revision = 'main'] =
    /^([\w][\w.-]*\/[\w][\w.-]*)(?:@([\w][\w./-]*))?$/.exec(name) ?? [];
  return id === undefined ? undefined : { id, revision };
}
