import { errorCodes, GraftError } from '@pip-graft/graft';
import { CommanderError } from 'commander';

/** Exit statuses beside those of {@link errorCodes}. */
const usage = 2;
const internal = 70;
const interrupted = 130;

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exit: number;
}

/** Returns the working directory. Errors: `READ_FAILED` if it no longer exists. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new GraftError('READ_FAILED', 'the working folder is gone; change to one that exists.', {
      cause: error,
    });
  }
}

/** Converts a thrown value to a failure: a defect of ours, unless it is a {@link GraftError}. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GraftError)
    return { code: error.code, message: error.message, exit: errorCodes[error.code] };
  if (error instanceof CommanderError)
    return {
      code: 'INVALID_ARGUMENT',
      message: error.message.replace(/^error: /, ''),
      exit: usage,
    };
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: 'INTERRUPTED',
      message: 'stopped; nothing half-written was left.',
      exit: interrupted,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `a defect in graft itself: ${message} (run again with --debug and report it)`,
    exit: internal,
  };
}
