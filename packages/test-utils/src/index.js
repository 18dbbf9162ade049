export { full } from './full.js';
export { graftedFiles, labels, tinyUnet } from './grafted.js';
export { HubServer, hubToken } from './hub-server.js';
export { bytesOf, constant, halvingModel, node, picture, scalar, tinyModel } from './models.js';
export { wrappedUnet } from './wrapped-unet.js';
