import { join } from 'node:path';
import { root } from './run-step.mjs';

export const families = ['nafnet', 'restormer', 'promptir'];

const graft = join(root, 'packages/cli/bin/graft.js');
const measure = join(root, 'scripts/cuda/check/measure.mjs');

/** How the same weights are computed with; TF32 is CUDA's default for float32. */
const precisions = [
  { name: 'tf32', dtype: 'float32', variables: {}, limit: 5e-3 },
  { name: 'float32', dtype: 'float32', variables: { NVIDIA_TF32_OVERRIDE: '0' }, limit: 1e-4 },
  { name: 'float16', dtype: 'float16', variables: {}, limit: 2e-2 },
];
/** Sides of the square pictures that are timed. */
const sides = { tiny: '64,128', small: '64,128', full: '128,256,512' };
/** What makes a small preset tiny. */
const few = ['--dim', '8', '--blocks', '1,0,0,0', '--refinement', '0'];
const tiny = {
  nafnet: ['--dim', '8', '--blocks', '1,1', '--decoder', '1,1'],
  restormer: few,
  promptir: few,
};
/** What validation is asked beside the device, once for each family. */
const extras = ['--layers', '--tiles', '64'];

/**
 * Every step of a check but the doctor, in order. A step: `{ name, what, args, minutes, variables?,
 * needs?, makes? }`, the last two files.
 */
export function stepsFor({ families: chosen, device, deviceId, networks, out }) {
  const on = ['--device', device, '--device-id', `${deviceId}`];
  const file = (...words) => join(out, 'models', `${words.join('-')}.onnx`);
  const steps = [];
  for (const family of chosen) {
    const preset = `${family}-small`;
    for (const dtype of ['float32', 'float16'])
      steps.push(build(preset, dtype), apply(preset, dtype, 'optional'));
    // Validation measures float32 with and without TF32 in one run.
    for (const { name, dtype, variables } of precisions.filter((each) => each.name !== 'float32')) {
      const [host, grafted] = [file(preset, dtype), file(preset, dtype, 'optional')];
      const wanted = name === 'tf32' ? extras : [];
      steps.push({
        name: `validate-${family}-${name}`,
        what: `validation of ${preset}, ${name}`,
        args: [graft, 'validate', grafted, '--base', host, ...on, ...wanted, '--json'],
        variables,
        needs: [host, grafted],
        minutes: 5,
      });
    }
  }
  for (const family of chosen) {
    const preset = networks === 'full' ? family : `${family}-small`;
    for (const dtype of ['float32', 'float16']) {
      if (networks === 'full') steps.push(build(preset, dtype));
      // Fed, the label is work of every run; a default would be folded away.
      steps.push(apply(preset, dtype, 'required'));
    }
    for (const { name, dtype, variables, limit } of precisions) {
      const [host, grafted] = [file(preset, dtype), file(preset, dtype, 'required')];
      steps.push({
        name: `measure-${family}-${name}`,
        what: `parity and time of ${preset}, ${name}`,
        args: [measure, host, grafted, device, `${deviceId}`, sides[networks], `${limit}`],
        variables,
        needs: [host, grafted],
        minutes: 8,
      });
    }
  }
  return steps;

  function build(preset, dtype) {
    const host = file(preset, dtype);
    const sizes = networks === 'tiny' ? tiny[preset.split('-')[0]] : [];
    const sort = [...sizes, '--dtype', dtype, '--seed', '1'];
    return {
      name: `build-${preset}-${dtype}`,
      what: `${preset} in ${dtype}, from a seed`,
      args: [graft, 'backbone', 'build', preset, ...sort, '-o', host, '--json'],
      makes: host,
      minutes: 5,
    };
  }

  function apply(preset, dtype, inputs) {
    const [host, grafted] = [file(preset, dtype), file(preset, dtype, inputs)];
    const adapter = ['--adapter', 'init:labels=noise+rain+haze,seed=1', '--inputs', inputs];
    return {
      name: `apply-${preset}-${dtype}-${inputs}`,
      what: `graft on ${preset} in ${dtype}, inputs ${inputs}`,
      args: [graft, 'apply', host, ...adapter, '-o', grafted, '--json'],
      needs: [host],
      makes: grafted,
      minutes: 5,
    };
  }
}
