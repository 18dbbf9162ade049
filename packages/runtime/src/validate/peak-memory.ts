import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GraftError } from '@pip-graft/onnx-graft';
import { runtimeMessage } from '../session/runtime-message.ts';
import type { TensorType } from '../session/typed-tensor.ts';

const execute = promisify(execFile);

// The child is plain JavaScript in `src/`, which is published: the same relative
// path leads to it from the sources and from what is built of them.
const child = fileURLToPath(new URL('../../src/child/peak-memory.mjs', import.meta.url));

/** Longest that a child may take: a model that needs more is not worth waiting for. */
const timeout = 300_000;

/**
 * Bytes by which a process grows, at its peak, when it loads a model file and runs it.
 *
 * Errors: `RUNTIME_FAILED` when the child fails or does not end in five minutes.
 */
export async function peakMemory(
  path: string,
  input: {
    readonly name: string;
    readonly type: TensorType;
    readonly dims: readonly number[];
    readonly threads?: number;
  },
): Promise<number> {
  try {
    const { stdout } = await execute(process.execPath, [child, path, JSON.stringify(input)], {
      timeout,
    });
    return (JSON.parse(stdout) as { bytes: number }).bytes;
  } catch (cause) {
    const { stderr, signal } = cause as { stderr?: string; signal?: string };
    const reason = signal ? `it was ended by ${signal}` : runtimeMessage(stderr || cause);
    throw new GraftError('RUNTIME_FAILED', `${path}: memory could not be measured: ${reason}`, {
      cause,
    });
  }
}
