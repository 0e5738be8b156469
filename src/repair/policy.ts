import * as z from 'zod';
import type { Message } from '../model/model.ts';
import type { Observation } from '../trajectory/event.ts';
import { type RankedPatch, RepairData } from './result.ts';

/** What the policy does next: one action, or an end without a patch. */
export type Move =
  | { readonly kind: 'act'; readonly text: string; readonly tool: string; readonly input: unknown }
  | { readonly kind: 'stop'; readonly text: string };

/** An action of the conversation with its answer. */
interface Exchange {
  readonly tool: string;
  readonly input: unknown;
  readonly observation: Observation;
}

/** What `run_tests` tells programs. */
const TestsData = z.object({
  state: z.string(),
  timedOut: z.boolean().default(false),
  cases: z.array(z.object({ id: z.string(), verdict: z.string(), file: z.string().optional() })),
  newlyFailing: z.array(z.string()).default([]),
});
type TestsData = z.infer<typeof TestsData>;

/** Of the patches below it, about half were wrong where this was measured. */
const MIN_CONFIDENCE = 0.65;
const MOST_ATTEMPTS = 5;
/** Ids that are passed to the search, at most. */
const MOST_NAMED = 200;
/** The longest search that the tool takes. */
const MOST_SECONDS = 3600;

export interface PolicyOptions {
  /** A patch of less confidence, from 0 to 1, is not submitted; default 0.65. */
  readonly minConfidence?: number | undefined;
  /** Seconds of the search; default: the tool's own. */
  readonly seconds?: number | undefined;
}

/**
 * Run the tests, search, then try the patches in order: edit, run the tests, submit or take it back. The state is
 * read off the conversation.
 */
export function nextMove(messages: readonly Message[], options: PolicyOptions = {}): Move {
  const exchanges = exchangesOf(messages);
  const tests = exchanges.find((each) => each.tool === 'run_tests');
  if (!tests) return act('First I run the tests, to see what fails.', 'run_tests', {});
  const before = testsOf(tests.observation);
  // A run that came to no end still tells in which test that was; a project without tests may have examples.
  const isEndless = before?.timedOut === true && before.state !== 'ran';
  const failing = before ? failingIds(before) : [];
  const hasNone = before !== null && before.state !== 'ran' && failing.length === 0 && !isEndless;
  if (!before) {
    return stop(
      `The tests could not be run, and without them nothing can be repaired: ${firstLine(tests.observation.text)}`,
    );
  }
  const search = exchanges.find((each) => each.tool === 'repair');
  if (!search) return startSearch(failing, isEndless, options);
  const found = RepairData.safeParse(search.observation.data);
  if (!found.success) return stop(`The search failed: ${firstLine(search.observation.text)}`);
  const [best] = found.data.patches;
  if (!best) return stop(`No patch was found: ${found.data.reason ?? 'nothing fits the tests'}.`);
  const least = options.minConfidence ?? MIN_CONFIDENCE;
  if (best.confidence < least) {
    return stop(
      `The best patch is right with a confidence of only ${percent(best)}, less than ${Math.round(100 * least)} %: it is not submitted.`,
    );
  }
  const later = exchanges.slice(exchanges.indexOf(search) + 1);
  return attempt(later, found.data.patches, { failing, hasTests: !hasNone });
}

function startSearch(
  failing: readonly string[],
  isEndless: boolean,
  { seconds }: PolicyOptions,
): Move {
  const time = seconds === undefined ? {} : { seconds: Math.min(MOST_SECONDS, seconds) };
  if (failing.length > 0) {
    const count = failing.length === 1 ? 'One test fails' : `${failing.length} tests fail`;
    return act(
      `${count}. I search for a small change that makes ${failing.length === 1 ? 'it' : 'them'} pass.`,
      'repair',
      { failing_tests: failing.slice(0, MOST_NAMED), ...time },
    );
  }
  const why = isEndless
    ? 'A test does not come to its end. I search for a small change that ends it.'
    : 'No failing test tells what is wrong. I look for examples in the issue and the documentation.';
  return act(why, 'repair', time);
}

/** Where the attempts stand after the search. */
function attempt(
  later: readonly Exchange[],
  patches: readonly RankedPatch[],
  { failing, hasTests }: { readonly failing: readonly string[]; readonly hasTests: boolean },
): Move {
  const last = later.at(-1);
  const attempts = later.filter((each) => each.tool === 'edit').length;
  switch (last?.tool) {
    case 'edit':
      if (last.observation.isError) return tryPatch(patches, attempts);
      if (!hasTests) return act('There are no tests to run: I submit.', 'submit', {});
      return act('Now the tests again, all of them.', 'run_tests', {});
    case 'run_tests': {
      const now = testsOf(last.observation);
      const worse = now ? whatIsWrong(now, failing) : 'the tests did not run';
      if (worse === null)
        return act('All failing tests pass and no other fails: I submit.', 'submit', {});
      return act(`That is not it: ${worse}. I take it back.`, 'undo', {});
    }
    case 'submit':
      return act('This is the patch.', 'submit', {});
    default:
      return tryPatch(patches, attempts);
  }
}

function tryPatch(patches: readonly RankedPatch[], attempts: number): Move {
  const patch = patches[attempts];
  if (!patch || attempts >= MOST_ATTEMPTS) {
    return stop('No patch was found: what fits the failing tests breaks others.');
  }
  const place = patch.function === '' ? patch.path : `${patch.function} (${patch.path})`;
  return act(
    `I try the ${attempts === 0 ? 'best' : 'next'} candidate, a change of ${place}, confidence ${percent(patch)}.`,
    'edit',
    {
      path: patch.path,
      start_line: patch.startLine,
      end_line: patch.endLine,
      new_text: patch.newText,
    },
  );
}

function percent(patch: RankedPatch): string {
  return `${Math.round(patch.confidence * 100)} %`;
}

function whatIsWrong(now: TestsData, failing: readonly string[]): string | null {
  if (now.state !== 'ran') return 'the tests did not run';
  if (now.newlyFailing.length > 0) return `${now.newlyFailing[0]} fails now`;
  const verdicts = new Map(now.cases.map((one) => [one.id, one.verdict]));
  const still = failing.find((id) => /failed|error/.test(verdicts.get(id) ?? ''));
  return still === undefined ? null : `${still} still fails`;
}

function failingIds(tests: TestsData): string[] {
  return tests.cases
    .filter(({ verdict }) => /^(?:failed|error)$/.test(verdict))
    .map(({ id }) => id);
}

function testsOf(observation: Observation): TestsData | null {
  const parsed = TestsData.safeParse(observation.data);
  return parsed.success ? parsed.data : null;
}

function exchangesOf(messages: readonly Message[]): Exchange[] {
  const found: Exchange[] = [];
  messages.forEach((message, index) => {
    if (message.role !== 'assistant') return;
    const answers = messages[index + 1];
    if (answers?.role !== 'observations') return;
    for (const { id, tool, input } of message.turn.actions) {
      const observation = answers.observations.find((each) => each.actionId === id);
      if (observation) found.push({ tool, input, observation });
    }
  });
  return found;
}

function act(text: string, tool: string, input: unknown): Move {
  return { kind: 'act', text, tool, input };
}

function stop(text: string): Move {
  return { kind: 'stop', text };
}

function firstLine(text: string): string {
  return text.trim().split('\n').at(0)?.slice(0, 300) ?? '';
}
