export { asBits } from './as-bits.ts';
export { full } from './full.ts';
export { type GraftedOptions, graftedFiles, labels, tinyUnet } from './grafted.ts';
export { type HubRequest, HubServer, hubToken } from './hub-server.ts';
export { bytesOf, constant, halvingModel, node, picture, scalar, tinyModel } from './models.ts';
export { type Wrapper, wrappedUnet } from './wrapped-unet.ts';
