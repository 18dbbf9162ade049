export {
  type Amount,
  amounts,
  checkAmount,
  type Degradation,
  degradations,
  degrade,
} from './degrade/degrade.ts';
export { type Image, type ImageOrigin, imageOf } from './image/image.ts';
export { imageTensor, tensorImages } from './image/image-tensor.ts';
export { cropImage, cutImage, extendImage, padToMultiple } from './image/pad.ts';
export { roundToEightBits } from './image/round-to-eight-bits.ts';
export { differenceField, differenceMap } from './maps/difference-map.ts';
export { type HeatMap, type HeatScale, heatMap, scaleOf } from './maps/heat-map.ts';
export { viridis, viridisStops } from './maps/viridis.ts';
export { countNonFinite } from './metrics/count-non-finite.ts';
export { type Difference, difference, type Numbers } from './metrics/difference.ts';
export { type Gap, gap } from './metrics/gap.ts';
export { measureQuality, type Quality } from './metrics/measure-quality.ts';
export { psnr } from './metrics/psnr.ts';
export { sameBits } from './metrics/same-bits.ts';
export { autoTile, minimumTile } from './tiles/auto-tile.ts';
export { blendTile, type PlacedTile } from './tiles/blend-tile.ts';
export { bytesPerPixel } from './tiles/bytes-per-pixel.ts';
export { deepestScale } from './tiles/deepest-scale.ts';
export { planTiles, type TileOptions, type TilePlan } from './tiles/plan-tiles.ts';
export { type TileWeights, tileWeights } from './tiles/tile-weights.ts';
