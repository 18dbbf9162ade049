import type { Environment } from './settings.ts';

/** How far a download or upload is. */
export interface HubProgress {
  /** The name that was asked for. */
  readonly name: string;
  /** Bytes, of all files together. */
  readonly done: number;
  readonly total: number;
}

/** Choices for whatever asks the model hub. */
export interface HubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: HubProgress) => void) | undefined;
  /** Gets a line for people: what is about to be downloaded, or that the cache is used instead. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Where `HF_TOKEN` and its kind are looked up; default: `process.env`. */
  readonly environment?: Environment | undefined;
}
