import { createHash, type Hash } from 'node:crypto';

/** What a file of a repository must be: its length, and a digest of its content. */
export interface FileIdentity {
  readonly size: number;
  /** Of the content for a large file; Git's, of a header with the length and the content, for any other. */
  readonly algorithm: 'sha256' | 'git-sha1';
  /** In hex; it names the blob in the cache. */
  readonly digest: string;
}

/** A running digest that has to come out as a file's. */
export function startDigest({ algorithm, size }: FileIdentity): Hash {
  if (algorithm === 'sha256') return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}
