import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyGraft, planGraft } from '../../../packages/graft/dist/index.js';
import {
  openHost,
  openModel,
  readAdapter,
  readOwnSensor,
  saveModel,
} from '../../../packages/graft/dist/node/index.js';
import { digest } from '../../../packages/onnx-graft/dist/node/index.js';
import {
  behindDoor,
  partsOfFile,
  restoreImage,
  restoreTiled,
  settingsOf,
} from '../../../packages/restore/dist/index.js';
import { createSession } from '../../../packages/runtime/dist/index.js';
import { root } from '../../install.mjs';

/** @import { Image } from '../../../packages/imaging/dist/index.js' */
/** @import { Planes } from './classical/planes.mjs' */

/**
 * What a model gets.
 *
 * @typedef {object} Given
 * @property {string} [label]
 * @property {number} [weight] of the label, default 1
 * @property {boolean} [blind] no label at all: the sensor looks
 * @property {number} [strength] default 1
 */

/**
 * @typedef {object} Restores
 * @property {readonly string[]} labels
 * @property {(image: Image, how: Given) => Promise<Planes>} restore whole
 */

/** @typedef {Awaited<ReturnType<typeof openSubject>>} Subject */

/** The model that ships; if the repository has none yet, the tiny pair, grafted now. */
export async function shippedModel() {
  const ships = join(root, 'packages/restorer/model.onnx');
  if (existsSync(ships)) return ships;
  const host = await openHost(join(root, 'packages/backbone-nafnet-tiny/model.onnx'));
  const folder = join(root, 'packages/adapter-nafnet-tiny');
  const auto = readOwnSensor(folder);
  const model = applyGraft(planGraft(host, readAdapter(folder, { only: true }), { auto }));
  const path = join(root, 'out/restorer/nafnet-tiny.onnx');
  mkdirSync(join(root, 'out/restorer'), { recursive: true });
  await saveModel(model, path);
  host.close();
  return path;
}

/**
 * A grafted model on one thread of the CPU, as the gates run it.
 *
 * @param {string} path
 */
export async function openSubject(path) {
  const { model, ...facts } = lookAt(path);
  const { labels, names, sizeMultiple, tileStep } = facts;
  const how = { threads: 1, widen: true };
  const native = await createSession(path, how);
  const { session, door } = await behindDoor(native, model);
  const parts = partsOfFile(path, model, door, how);
  /** @param {Given} how */
  const settings = ({ label, weight = 1, blind, strength }) => ({
    sizeMultiple,
    tileStep,
    ...(names === undefined ? {} : { names }),
    ...(blind ? {} : { degradation: labels.map((each) => (each === label ? weight : 0)) }),
    ...(strength === undefined ? {} : { strength }),
  });
  return {
    ...facts,
    /**
     * @param {Image} image
     * @param {Given} how
     */
    restore: (image, how) => restoreImage(session, image, settings(how)),
    /**
     * @param {Image} image
     * @param {Given} how
     * @param {number} tile
     */
    tiled: (image, how, tile) => restoreTiled(session, image, { ...settings(how), tile, parts }),
    /**
     * Its output without weights, and the weights that its sensor found.
     *
     * @param {Image} image
     */
    async blind(image) {
      /** @type {readonly number[]} */
      let weights = [];
      /** @param {readonly number[]} found */
      const onFound = (found) => {
        weights = found;
      };
      const options = { ...settings({ blind: true }), onFound };
      return { restored: await restoreImage(session, image, options), weights };
    },
    async close() {
      await parts?.release();
      await session.release();
    },
  };
}

/** @param {string} path */
function lookAt(path) {
  const opened = openModel(path);
  try {
    const { model } = opened;
    const found = settingsOf(model);
    const { graft, labels, bytesPerPixel, restore } = found;
    if (graft === null || labels.length === 0)
      throw new Error(`${path}: it takes no label; give a grafted model`);
    return {
      labels,
      bytesPerPixel,
      model: found,
      ...restore,
      digest: digest(model.source),
      sensor: graft.auto !== null,
    };
  } finally {
    opened.close();
  }
}
