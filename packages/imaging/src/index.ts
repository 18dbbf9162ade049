export {
  type Amount,
  amounts,
  checkAmount,
  type Degradation,
  degradations,
  degrade,
} from './degrade/degrade.ts';
export {
  type Image,
  type ImageOrigin,
  imageOf,
  imageTensor,
  requireImage,
  roundToEightBits,
  tensorImages,
} from './image/image.ts';
export { cropImage, cutImage, extendImage, padToMultiple } from './image/pad.ts';
export {
  differenceField,
  differenceMap,
  type HeatMap,
  type HeatScale,
  heatMap,
  scaleOf,
  viridis,
  viridisStops,
} from './maps/heat-map.ts';
export {
  countNonFinite,
  type Difference,
  difference,
  type Numbers,
  sameBits,
} from './metrics/difference.ts';
export { type Gap, gap } from './metrics/gap.ts';
export { measureQuality, psnr, type Quality } from './metrics/measure-quality.ts';
export {
  autoTile,
  bytesPerPixel,
  deepestScale,
  fixedInside,
  minimumTile,
} from './tiles/auto-tile.ts';
export { blendTile, type PlacedTile, type TileWeights, tileWeights } from './tiles/blend-tile.ts';
export { planTiles, type TileOptions, type TilePlan } from './tiles/plan-tiles.ts';
