import { runtimeMessage } from '../session/runtime-message.ts';

/**
 * The last error that onnxruntime printed, as one line; undefined without one. The error it throws for
 * a provider that does not load does not name the missing library.
 *
 * @example nativeReason('… [E:onnxruntime:, bridge.cc:1 Create] … with error: libcudart.so.13: cannot open …')
 */
export function nativeReason(log: string): string | undefined {
  const last = log.split('\n').findLast((line) => line.includes('[E:onnxruntime'));
  if (last === undefined) return undefined;
  const said = last.slice(last.indexOf(']', last.indexOf('[E:onnxruntime')) + 1);
  return runtimeMessage(said.replace(/^.*with error: /, ''));
}
