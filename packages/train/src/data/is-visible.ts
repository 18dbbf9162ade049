import { own } from '@pip-graft/onnx-graft';

/**
 * How far a patch has to change before anybody sees it: root mean square of the change, of 255. Noise
 * of deviation 3; a veil or a shade that moves values by a 25th of their range; blur and blocks that
 * take away what little detail there was are no more than that.
 */
const least: Readonly<Record<string, number>> = { noise: 3, haze: 10, 'low-light': 10, rain: 4 };
const leastOfOthers = 3;

/**
 * Whether a degradation can be seen in a patch. It cannot where it is faint, nor where the patch gives
 * it nothing to change, as a blur in a flat sky: a sensor must not learn to find it there.
 *
 * @param clean as long as `degraded`, 0 to 1
 */
export function isVisible(label: string, clean: Float32Array, degraded: Float32Array): boolean {
  let squares = 0;
  for (let at = 0; at < clean.length; at++) squares += (degraded[at]! - clean[at]!) ** 2;
  const change = 255 * Math.sqrt(squares / clean.length);
  return change >= (own(least, label) ?? leastOfOthers);
}
