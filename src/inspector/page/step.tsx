import { useEffect, useState } from 'preact/hooks';
import { api, type SeenMessage, type StepView } from './api.ts';
import { EditDiff } from './diff.tsx';
import { costText, timeText, tokenText } from './format.ts';
import { Block, languageOf, visible } from './text.tsx';

type Fields = Readonly<Record<string, unknown>>;

/** Everything of one step. */
export function Step({ id, step }: { id: string; step: number }) {
  const [view, setView] = useState<StepView | null>(null);
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    let current = true;
    api.step(id, step, whole).then(
      (loaded) => current && setView(loaded),
      () => current && setView(null),
    );
    return () => {
      current = false;
    };
  }, [id, step, whole]);
  if (view?.step !== step) return <p class="dim">Step {step}…</p>;
  return (
    <article class="step">
      <h2>
        Step {step}{' '}
        <small>
          {tokenText(view.usage)} · {costText(view.usage.costUsd)} · {timeText(view.durationMs)}
        </small>
      </h2>
      {view.thinking && (
        <details>
          <summary>thinking</summary>
          <p class="said">{visible(view.thinking)}</p>
        </details>
      )}
      {view.text && <p class="said">{visible(view.text)}</p>}
      {view.actions.map((action) => (
        <section key={action.id} class="action">
          <h3>{visible(action.tool)}</h3>
          <Input tool={action.tool} input={action.input} />
          {action.answer && (
            <div class={action.answer.isError ? 'answer error' : 'answer'}>
              <h4>
                {action.answer.isError ? 'error' : 'answer'}{' '}
                <small>{timeText(action.answer.durationMs)}</small>
              </h4>
              <TestTable data={action.answer.data} />
              <Block text={action.answer.text} />
              {action.omitted > 0 && (
                <button type="button" onClick={() => setWhole(true)}>
                  load {action.omitted} more characters
                </button>
              )}
            </div>
          )}
        </section>
      ))}
      {view.nudges.map((text) => (
        <p key={text} class="said nudge">
          Said to the model: {visible(text)}
        </p>
      ))}
      <Seen id={id} step={step} key={step} />
    </article>
  );
}

function Input({ tool, input }: { tool: string; input: unknown }) {
  const fields = (typeof input === 'object' && input !== null ? input : { input }) as Fields;
  const path = typeof fields.path === 'string' ? fields.path : '';
  if (tool === 'bash' && typeof fields.command === 'string') {
    return <Block text={fields.command} language="bash" kind="call" />;
  }
  const edits = Array.isArray(fields.edits) ? (fields.edits as Fields[]) : [fields];
  const isEdit = tool === 'edit' && edits.every((edit) => typeof edit.new_text === 'string');
  const rest = Object.entries(fields).filter(
    ([name]) => !(isEdit && /^(old_text|new_text|edits)$/.test(name)) && name !== 'content',
  );
  return (
    <>
      <p class="fields">
        {rest.map(([name, value]) => (
          <span key={name}>
            {visible(name)}:{' '}
            <b>{visible(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))}</b>
          </span>
        ))}
      </p>
      {isEdit &&
        edits.map((edit, index) => (
          <EditDiff
            key={index}
            before={String(edit.old_text ?? '')}
            after={String(edit.new_text)}
          />
        ))}
      {typeof fields.content === 'string' && (
        <Block text={fields.content} language={languageOf(path)} kind="call" />
      )}
    </>
  );
}

/** Test results, where a tool gave them as lists of names. */
function TestTable({ data }: { data: unknown }) {
  const fields = (typeof data === 'object' && data !== null ? data : {}) as Fields;
  const lists = ['newlyFailing', 'newlyPassing', 'stillFailing', 'flaky'].flatMap((name) => {
    const tests = fields[name];
    return Array.isArray(tests) && tests.length > 0 ? [{ name, tests }] : [];
  });
  if (lists.length === 0) return null;
  return (
    <table class="tests">
      <tbody>
        {lists.flatMap(({ name, tests }) =>
          tests.slice(0, 200).map((test) => {
            const id = typeof test === 'string' ? test : String((test as Fields | null)?.id ?? '');
            return (
              <tr key={`${name} ${id}`} class={name}>
                <td>{name.replace(/([A-Z])/g, ' $1').toLowerCase()}</td>
                <td>{visible(id)}</td>
              </tr>
            );
          }),
        )}
      </tbody>
    </table>
  );
}

/** What the model had been sent when it gave this answer. */
function Seen({ id, step }: { id: string; step: number }) {
  const [seen, setSeen] = useState<{ messages: SeenMessage[]; left: number } | null>(null);
  return (
    <details
      onToggle={({ currentTarget }) => currentTarget.open && api.seen(id, step).then(setSeen)}
    >
      <summary>what the model saw</summary>
      {seen?.messages.map((message, index) => (
        <div key={index}>
          <h4>{message.role}</h4>
          <Block text={message.text} />
          {index === 1 && seen.left > 0 && <p class="dim">… {seen.left} messages between …</p>}
        </div>
      ))}
    </details>
  );
}
