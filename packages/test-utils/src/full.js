/**
 * Whether matrices are tested whole, as `npm run test:full` does. Otherwise each operator, form and
 * branch is tested once: tests say what they leave out.
 */
export const full = process.env['PIP_GRAFT_FULL'] === '1';
