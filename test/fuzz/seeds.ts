/**
 * Cases that the fuzz run once failed on, and why (those of `fixture` until its files changed);
 * `npm run fuzz -- --replay NAME` runs one.
 */
export const failedOnce: readonly (readonly [name: string, what: string])[] = [
  ['onnx:192', 'a graph whose tag is longer than it needs: removal gave other bytes'],
  ['onnx:1-199', 'the same'],
  ['onnx:1250', 'floats in a tensor of integers: RangeError'],
  ['onnx:1-869', 'the same'],
  ['safetensors:762', 'a type that is a deep list: RangeError'],
  ['safetensors:1145', 'the same'],
  ['adapter:1614', 'a training record that is nested deeply: RangeError'],
  ['fixture:1-247', 'a site with an unknown number of channels'],
  ['fixture:2-810', 'the same'],
  ['checkpoint:227', 'the older form without one of its storages: accepted'],
  ['checkpoint:1-410', 'the same'],
  ['checkpoint:1-584', 'the older form without any storage: accepted'],
  ['onnx:1-11606', 'ConstantOfShape of negative size: RangeError'],
  ['onnx:1-21941', 'the same'],
  ['onnx:1-30876', 'the same'],
  ['fixture:1-919', 'the same'],
  ['fixture:1-3256', 'the same'],
  ['fixture:2-53', 'a Reshape to a negative rank: RangeError'],
  ['onnx:1-18996', 'a site without channels'],
];
