/** Formats that a trajectory can be written in. */
export const EXPORT_FORMATS = [
  'swe-agent',
  'mini',
  'atif',
  'openai',
  'anthropic',
  'markdown',
  'html',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
