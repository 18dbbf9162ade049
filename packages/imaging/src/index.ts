export {
  type Amount,
  amounts,
  checkAmount,
  type Degradation,
  degradations,
  degrade,
} from './degrade/degrade.ts';
export {
  cropImage,
  cutImage,
  extendImage,
  type Image,
  type ImageOrigin,
  imageOf,
  imageTensor,
  padToMultiple,
  requireImage,
  roundToEightBits,
  tensorImages,
} from './image/image.ts';
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
  type Gap,
  gap,
  type Numbers,
  sameBits,
} from './metrics/difference.ts';
export { measureQuality, psnr, type Quality } from './metrics/quality.ts';
export {
  autoTile,
  bytesPerPixel,
  deepestScale,
  fixedInside,
  minimumTile,
} from './tiles/auto-tile.ts';
export {
  blendTile,
  type PlacedTile,
  planTiles,
  type TileOptions,
  type TilePlan,
  type TileWeights,
  tileWeights,
} from './tiles/tiles.ts';
