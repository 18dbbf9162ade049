import { GraftError } from '../error.ts';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be too large for the file system',
  EMFILE: 'too many files are open',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** A failed file operation as a {@link GraftError}: `NOT_FOUND`, `READ_FAILED` or `WRITE_FAILED`. */
export function ioError(action: 'read' | 'write', path: string, error: unknown): GraftError {
  if (error instanceof GraftError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  if (action === 'read') {
    return new GraftError(
      code === 'ENOENT' ? 'NOT_FOUND' : 'READ_FAILED',
      `${path}: could not be read: ${why}.`,
      { cause: error },
    );
  }
  return new GraftError(
    'WRITE_FAILED',
    `${path}: could not be written: ${why}; what was there is unchanged.`,
    { cause: error },
  );
}
