import type { Model } from '@pip-graft/onnx-graft';
import type { TensorType } from '@pip-graft/weights';

/**
 * The type that limits a model's precision: float16 also if only the weights are and images go in
 * and out as float32, as after a conversion.
 *
 * @param image type of the input that takes images
 */
export function computingType({ graph }: Model, image: TensorType): TensorType {
  // Exporters leave stray float16 scalars and vectors; weights have more dimensions.
  const half = graph.initializers.some(
    ({ dataType, dims }) => dataType === 'float16' && dims.length > 1,
  );
  return half ? 'float16' : image;
}
