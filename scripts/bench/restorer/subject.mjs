import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateSkips } from '../../../packages/backbones/dist/index.js';
import { applyGraft, planGraft } from '../../../packages/graft/dist/index.js';
import {
  openHost,
  openModel,
  readAdapter,
  readOwnSensor,
  saveModel,
} from '../../../packages/graft/dist/node/index.js';
import { bytesPerPixel, deepestScale } from '../../../packages/imaging/dist/index.js';
import { graphFacts } from '../../../packages/onnx-graft/dist/index.js';
import { digest } from '../../../packages/onnx-graft/dist/node/index.js';
import { readGraft } from '../../../packages/pip-core/dist/index.js';
import { restoreImage, restoreTiled } from '../../../packages/restore/dist/index.js';
import { createSession } from '../../../packages/runtime/dist/index.js';
import { root } from '../../install.mjs';

/** The model that ships; where the repository has none yet, the tiny pair, grafted now. */
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
 * A grafted model on one thread of the CPU, as the gates ask it. `how` says what it is given: {label},
 * with weight 1 unless `weight` says otherwise; {blind: true}; `strength` where it is not 1.
 *
 * @returns `restore(image, how)` whole, `tiled(image, how, tile)`, `found(image)`: the sensor's weights
 */
export async function openSubject(path) {
  const facts = lookAt(path);
  const { labels, names, sizeMultiple, tileStep } = facts;
  const session = await createSession(path, { threads: 1, memoryPattern: false });
  const settings = ({ label, weight = 1, blind, strength }) => ({
    ...{ sizeMultiple, tileStep, names },
    ...(blind ? {} : { degradation: labels.map((each) => (each === label ? weight : 0)) }),
    ...(strength === undefined ? {} : { strength }),
  });
  const restore = (image, how) => restoreImage(session, image, settings(how));
  return {
    ...facts,
    restore,
    tiled: (image, how, tile) => restoreTiled(session, image, { ...settings(how), tile }),
    /** What it makes blind, and the weights that its sensor found. */
    async blind(image) {
      let weights = [];
      const onFound = (found) => {
        weights = found;
      };
      const options = { ...settings({ blind: true }), onFound };
      return { restored: await restoreImage(session, image, options), weights };
    },
    close: () => session.release(),
  };
}

function lookAt(path) {
  const opened = openModel(path);
  try {
    const { model } = opened;
    const record = readGraft(model);
    if (!record?.inputs) throw new Error(`${path}: it takes no label; give a grafted model`);
    const facts = graphFacts(model);
    return {
      labels: record.labels,
      digest: digest(model.source),
      sensor: record.auto !== null,
      names: { ...record.inputs, ...(record.auto ? { found: record.auto.output } : {}) },
      sizeMultiple: record.host.image?.sizeMultiple ?? locateSkips(model, facts).sizeMultiple,
      tileStep: deepestScale(facts),
      bytesPerPixel: bytesPerPixel(facts),
    };
  } finally {
    opened.close();
  }
}
