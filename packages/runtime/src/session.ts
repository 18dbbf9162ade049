/** Sessions and how a model runs on them: pure code for every runtime, including the browser. */
export { requirePlainNames } from './session/require-plain-names.ts';
export {
  graftDefaults,
  ownTensor,
  readyFeeds,
  requireInputs,
  runModel,
  runtimeMessage,
} from './session/run-model.ts';
export type { Session, SessionValue } from './session/session.ts';
