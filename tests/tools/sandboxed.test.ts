import { describe } from 'vitest';
import { openIn } from './harness.ts';

// The same tests as in a local workspace.
openIn('bubblewrap');

describe('in bubblewrap', async () => {
  await import('./bash.test.ts');
  await import('./create-undo.test.ts');
  await import('./edit-table.test.ts');
  await import('./search.test.ts');
  await import('./submit.test.ts');
  await import('./view.test.ts');
});
