export { fetchFiles, type Snapshot, type WantedFiles } from './download/fetch-files.ts';
export { type HubName, hubText, isCommit, isHubName, parseHubName } from './hub-name.ts';
export {
  type Environment,
  type HubOptions,
  type HubProgress,
  type HubSettings,
  hubSettings,
} from './settings.ts';
export { type PushedFiles, type PushOptions, pushFiles } from './upload/push-files.ts';
