/**
 * Whether to test whole matrices, as `npm run test:full` does. Otherwise each operator, form and
 * branch is tested once, and tests say what they omit.
 */
export const full = process.env['PIP_GRAFT_FULL'] === '1';
