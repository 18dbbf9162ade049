import { runtimeMessage } from '../session/runtime-message.ts';

/**
 * The last error that onnxruntime printed, as one line; undefined when it printed none. What it
 * throws when a provider's library does not load leaves out which one is missing.
 *
 * @example nativeReason('… [E:onnxruntime:, bridge.cc:1 Create] … with error: libcudart.so.13: cannot open …')
 */
export function nativeReason(log: string): string | undefined {
  const last = log.split('\n').findLast((line) => line.includes('[E:onnxruntime'));
  if (last === undefined) return undefined;
  const said = last.slice(last.indexOf(']', last.indexOf('[E:onnxruntime')) + 1);
  return runtimeMessage(said.replace(/^.*with error: /, ''));
}
