/** Sessions and how a model runs on them: pure code for every runtime, including the browser. */
export { graftDefaults } from './session/graft-defaults.ts';
export { requireInputs } from './session/require-inputs.ts';
export { requirePlainNames } from './session/require-plain-names.ts';
export { readyFeeds, runModel } from './session/run-model.ts';
export { runtimeMessage } from './session/runtime-message.ts';
export type { Session, SessionValue } from './session/session.ts';
