import type { Model } from '@pip-graft/onnx-graft';

/** The inputs that a caller has to feed besides the image, such as a noise level. */
export function besideImage({ graph }: Model, image: string): string[] {
  const { inputs, initializers, sparseInitializers } = graph;
  const defaults = new Set([...initializers, ...sparseInitializers].map(({ name }) => name));
  return inputs.map(({ name }) => name).filter((name) => name !== image && !defaults.has(name));
}
