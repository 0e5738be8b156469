/** How a run can end. Apart from the schema, so that reading an option does not load it. */
export const STATUSES = ['submitted', 'limit', 'refused', 'error', 'interrupted'] as const;
