/** What grading needs of a dataset's row. */
export interface GradedInstance {
  readonly id: string;
  readonly version: string;
  /** Name in the registry of parsers. */
  readonly logParser: string;
  /** `pass_and_fail`: tests are judged by their status; `fail_only`: failed only when a failure is recorded. */
  readonly evalType: string;
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
}

/** A binary file that a patch cannot carry: fetched from `url`, or read from `file` of a task repository. */
export interface Asset {
  /** In the repository. */
  readonly path: string;
  readonly url?: string;
  /** Absolute path on this machine. */
  readonly file?: string;
}

/** One task of a benchmark, in whatever form it was published. */
export interface Instance extends GradedInstance {
  /** `owner/name`. */
  readonly repo: string;
  readonly baseCommit: string;
  readonly problemStatement: string;
  readonly hints: string;
  /** The reference fix, unified diff. */
  readonly patch: string;
  /** The hidden tests, unified diff. */
  readonly testPatch: string;
  /** Bash script that installs, applies the test patch and runs the tests between the markers. */
  readonly evalScript: string;
  readonly image: string;
  /** Laid into the tree before the tests run. */
  readonly assets: readonly Asset[];
  /** Programming language where the row names it, lower case. */
  readonly language?: string;
  readonly split?: string;
  /** Where the repository is, when not at the address that `repo` stands for: a folder or a git address. */
  readonly source?: string;
  /** Shell lines that install what the tests need, where the task gives them. */
  readonly setup?: string;
}
