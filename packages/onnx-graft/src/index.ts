export * as argument from './argument.ts';
export {
  GraphBuilder,
  type GraphBuilderOptions,
  type NameSource,
  type NodeOptions,
} from './author/graph-builder.ts';
export * as ops from './author/ops/index.ts';
export type {
  AttributeSpec,
  Fragment,
  NodeSpec,
  TensorBytes,
  TensorSpec,
  ValueSpec,
} from './author/spec.ts';
export { checkModel } from './check/check-model.ts';
export {
  diffModels,
  type ModelDiff,
  type RecordChange,
  type RecordDiff,
} from './diff/diff-models.ts';
export { buildModel, type ModelSpec } from './edit/build-model.ts';
export {
  type Extension,
  type Extract,
  exposeValues,
  extendGraph,
  extractNodes,
  fixInputDims,
  replaceWeights,
} from './edit/edit-graph.ts';
export { NameScope } from './edit/name-scope.ts';
export {
  type AddedInput,
  type PlacedFragment,
  type Redirect,
  type RejectedSite,
  type Site,
  type SiteLayout,
  type SkipSite,
  type Splice,
  type SpliceUndo,
  splice,
  type Use,
} from './edit/splice.ts';
export { type UnspliceOptions, unsplice } from './edit/unsplice.ts';
export { type ErrorCode, errorCodes, GraftError } from './error.ts';
export { type GraphFacts, graphFacts, type NodeSet, type ValueFact } from './facts/graph-facts.ts';
export {
  type ImageInput,
  type ImageLayout,
  type ImageRange,
  type ImageSide,
  type ImageValues,
  imageRanges,
  type MainImage,
  mainImage,
  shownRanges,
} from './facts/image-input.ts';
export type { InputSymbols, Role, SampleSizes } from './facts/sample-inputs.ts';
export type { ReferenceSize } from './facts/scale.ts';
export type { Shaped } from './facts/shaped.ts';
export { identifyFile } from './identify/identify-file.ts';
export type { FileKind, IdentifiedFile } from './identify/signatures.ts';
export type { DataType, FloatType } from './model/data-type.ts';
export type {
  Attribute,
  Field,
  FunctionBody,
  Graph,
  Model,
  Node,
  Tensor,
  TensorData,
  ValueInfo,
} from './model/model.ts';
export { modelBytes, readModel } from './model/read-model.ts';
export { elementCount, readTensor } from './model/read-tensor.ts';
export { externalLocations } from './model/tensors.ts';
export { didYouMean, own } from './names.ts';
export { fromFloat16, toFloat16 } from './number/number-bytes.ts';
export { convertPrecision } from './precision/convert-precision.ts';
export { layersLeftWide } from './precision/plan-precision.ts';
export {
  type ByteSource,
  bytesSource,
  chunks,
  type Piece,
  type PieceSource,
  pieceSource,
} from './wire/source.ts';
