import { join } from 'node:path';
import {
  backboneParameters,
  backbonePresets,
  buildBackbone,
  initialWeights,
} from '../../packages/backbones/dist/index.js';
import {
  applyGraft,
  freshAdapter,
  openAdapter,
  openHost,
  openModel,
  planGraft,
  readGraft,
  saveModel,
  ungraft,
} from '../../packages/graft/dist/node/index.js';
import { checkModel } from '../../packages/onnx-graft/dist/index.js';
import { digest } from '../../packages/onnx-graft/dist/node/index.js';
import { explainGraft, validateGraft } from '../../packages/validate/dist/index.js';
import { root } from '../install.mjs';
import { present } from '../present.mjs';

/** @import { FloatTensor } from '../../packages/weights/dist/index.js' */

/**
 * Takes one network from file or seed to validated graft; returns the report's data and its images'
 * PSNR.
 */
export async function graftOne(network, folder, photo, strengths, say) {
  const { name } = network;
  const paths = {
    host: network.host ? join(root, network.host) : await built(network, folder),
    grafted: join(folder, `${name}-grafted.onnx`),
    back: join(folder, `${name}-ungrafted.onnx`),
  };
  const host = await openHost(paths.host);
  const { family, sites, sizeMultiple } = host.located;
  const identity = host.identity();
  say(
    `${network.host ? 'opened' : 'built '}     ${host.model.graph.nodes.length} nodes; located ${sites.length} skip connections of a ${family}`,
  );

  const adapter = network.host
    ? await openAdapter(join(root, network.adapter), { for: host })
    : freshAdapter(host, network.adapter);
  const trained = adapter.training !== null;
  const plan = planGraft(host, adapter);
  const { parameters, levels, multiplyAdds256 } = plan.summary;
  await saveModel(applyGraft(plan, { name: 'quickstart', version: '0.1.0' }), paths.grafted, {});
  const grafted = openModel(paths.grafted);
  const findings = checkModel(grafted.model).filter(({ severity }) => severity === 'error');
  if (findings.length > 0) throw new Error(findings[0].message);
  say(
    `grafted    ${adapter.config.mode}, ${trained ? 'trained' : 'UNTRAINED'}, ${parameters.toLocaleString('en-US')} parameters at ${levels.length} levels; file checked`,
  );

  await saveModel(ungraft(grafted.model).model, paths.back);
  const back = openModel(paths.back);
  const identical = digest(back.model.source) === identity.digest;
  if (!identical) throw new Error(`${paths.back} is not ${paths.host} byte for byte`);
  say(`removed    the host is back, byte for byte`);

  const validation = await validateGraft({
    grafted: paths.grafted,
    base: paths.host,
    image: photo,
    sizeMultiple,
  });
  const passed = validation.checks.filter(({ status }) => status === 'passed').length;
  say(
    `validated  ${validation.status} on the CPU, ${passed} of ${validation.checks.length} checks passed`,
  );
  for (const { name, status, detail } of validation.checks)
    if (status !== 'passed') say(`           ${status}: ${name}: ${detail}`);

  const { prompts, figures, ...shown } = await explainGraft({
    grafted: paths.grafted,
    base: paths.host,
    image: photo,
    sizeMultiple,
    strengths,
  });
  say(`restored   a photo with ${figures.length} degradations, by host and graft`);
  const { inputs: names, labels } = present(readGraft(grafted.model), paths.grafted);
  for (const opened of [host, grafted, back]) opened.close();
  return {
    figures,
    report: {
      name,
      trained,
      validation: {
        ...validation,
        figures: { ...validation.figures, ...(prompts && { prompts }) },
      },
      ...shown,
      facts: [
        { label: 'Graft', value: `${adapter.config.mode}, attached as ${adapter.config.attach}` },
        { label: 'Labels', value: labels.join(', ') },
        {
          label: 'Added',
          value: `${parameters.toLocaleString('en-US')} parameters, ${(multiplyAdds256 / 1e6).toFixed(0)} M multiply-adds at 256x256`,
        },
        { label: 'Size multiple', value: String(sizeMultiple) },
        { label: 'Removal', value: 'the host comes back byte for byte' },
        { label: 'Host', value: identity.digest },
        { label: 'Fingerprint', value: identity.fingerprint },
      ],
      ladders: [
        {
          inputs: Object.values(present(names, 'the steering inputs')),
          levels: sites.map(({ level, channels, scale, join: kind }) => {
            const planned = levels.find(({ site }) => site.level === level);
            const { modules } = present(planned, `level ${level}`);
            const [{ config }] = modules;
            const { promptChannels, promptSize } = config;
            return { level, channels, scale, join: kind, graft: { promptChannels, promptSize } };
          }),
        },
      ],
    },
  };
}

/**
 * How much of an untrained network's correction is added to the photo: little, so that the photo
 * stays recognisable.
 */
const damping = 0.2;

/** A network with seeded weights, the last convolution's damped, as a file. */
async function built({ name, seed }, folder) {
  const preset = backbonePresets[name];
  const weights = initialWeights(backboneParameters(preset), seed);
  const last = new Set(['ending.weight', 'ending.bias', 'output.weight', 'output.bias']);
  /** @type {Map<string, FloatTensor>} */
  const damped = new Map(weights);
  for (const [key, { dims, data }] of weights)
    if (last.has(key)) damped.set(key, { dims, data: data.map((value) => value * damping) });
  const path = join(folder, `${name}.onnx`);
  await saveModel(buildBackbone(preset, damped), path);
  return path;
}
