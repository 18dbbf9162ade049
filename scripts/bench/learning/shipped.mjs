import { join } from 'node:path';
import { applyGraft, planGraft } from '../../../packages/graft/dist/index.js';
import { openHost, readAdapter, readOwnSensor } from '../../../packages/graft/dist/node/index.js';
import { modelBytes } from '../../../packages/onnx-graft/dist/index.js';
import { restoreImage } from '../../../packages/restore/dist/index.js';
import { createSession } from '../../../packages/runtime/dist/index.js';
import { root } from '../../install.mjs';

/**
 * The adapter that ships, on its backbone, with its sensor.
 *
 * @returns `restore(picture, row)`, `found(picture)`: the sensor's shares, and how many parameters it has
 */
export async function openShipped() {
  const host = await openHost(join(root, 'packages/backbone-nafnet-tiny/model.onnx'));
  const folder = join(root, 'packages/adapter-nafnet-tiny');
  const adapter = readAdapter(folder, { only: true });
  const model = applyGraft(planGraft(host, adapter, { auto: readOwnSensor(folder) }));
  const session = await createSession(modelBytes(model), { threads: 1 });
  host.close();
  const usual = { sizeMultiple: 8, names: { found: 'degradation_found' } };
  const restore = async ({ input }, degradation) =>
    (await restoreImage(session, input, { ...usual, degradation })).data;
  const found = async ({ input }) => {
    let shares;
    const onFound = (weights) => {
      shares = [...weights];
    };
    await restoreImage(session, input, { ...usual, onFound });
    return shares;
  };
  const parameters = [...adapter.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { restore, found, parameters };
}
