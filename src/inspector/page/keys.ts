import { useLayoutEffect } from 'preact/hooks';

/** Handles keys that are pressed anywhere but in a field. The arrows count as `j` and `k`. */
export function useKeys(handlers: Readonly<Record<string, () => void>>): void {
  // Before the next event, so that no key meets the handlers of an earlier state, however fast keys come.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target?.matches('input[type=search], select, textarea')) {
        if (event.key === 'Escape') target.blur();
        return;
      }
      const key = event.key === 'ArrowDown' ? 'j' : event.key === 'ArrowUp' ? 'k' : event.key;
      const handler = handlers[key];
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
