import { GraftError } from '@pip-graft/onnx-graft';
import { type HubName, isCommit } from '../hub-name.ts';
import type { HubSettings } from '../settings.ts';
import { unreadable } from './file-infos.ts';

/**
 * Asks the hub which commit a revision is.
 *
 * Errors: `NOT_FOUND` for a repository or revision that is not there; those of {@link hubFetch}.
 */
export async function findCommit(
  name: HubName,
  settings: HubSettings,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const { modelInfo } = await import('@huggingface/hub');
  try {
    const { sha } = await modelInfo({
      name: name.repository,
      revision: name.revision,
      additionalFields: ['sha'],
      hubUrl: settings.endpoint,
      fetch,
    });
    if (typeof sha === 'string' && isCommit(sha)) return sha;
  } catch (error) {
    throw error instanceof GraftError ? error : unreadable(name, error);
  }
  throw unreadable(name, 'it names no commit');
}
