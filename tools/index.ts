import type { Tool } from '../src/agent/tool.ts';
import { bashTool } from './bash.ts';
import { createTool } from './create.ts';
import { editTool } from './edit.ts';
import { findFileTool } from './find-file.ts';
import { repairTool } from './repair.ts';
import { runTestsTool } from './run-tests.ts';
import { searchTool } from './search.ts';
import { submitTool } from './submit.ts';
import { undoTool } from './undo.ts';
import { viewTool } from './view.ts';

/** The agent-computer interface: what a model is given when nothing else is chosen. */
export const defaultTools: readonly Tool[] = [
  viewTool,
  searchTool,
  findFileTool,
  editTool,
  createTool,
  undoTool,
  runTestsTool,
  bashTool,
  submitTool,
];

/** Tools that a run gets only when asked for. */
export const optionalTools: readonly Tool[] = [repairTool];
