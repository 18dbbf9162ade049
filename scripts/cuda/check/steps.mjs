import { join } from 'node:path';
import { root } from './run-step.mjs';

export const families = ['nafnet', 'restormer', 'promptir'];

const graft = join(root, 'packages/cli/bin/graft.js');
const measure = join(root, 'scripts/cuda/check/measure.mjs');
const train = join(root, 'scripts/cuda/check/train.mjs');

/** The precisions for the same weights; TF32 is CUDA's default for float32. */
const precisions = {
  tf32: { dtype: 'float32', variables: {}, limit: 5e-3 },
  float32: { dtype: 'float32', variables: { NVIDIA_TF32_OVERRIDE: '0' }, limit: 1e-4 },
  float16: { dtype: 'float16', variables: {}, limit: 2e-2 },
};
/** Sides of the square images used for timing. */
const sides = { tiny: '64,128', small: '64,128', full: '128,256,512' };
/** Side for the very first network. */
const small = { tiny: '64', small: '64', full: '128' };
/** What makes a small preset tiny. */
const few = ['--dim', '8', '--blocks', '1,0,0,0', '--refinement', '0'];
const tiny = {
  nafnet: ['--dim', '8', '--blocks', '1,1', '--decoder', '1,1'],
  restormer: few,
  promptir: few,
};
/**
 * Every step of a check except the doctor, in order. The most conclusive come first, because the
 * machine may disappear at any minute: one small network in float32 without TF32; the three
 * families, small, then at the timed size; float16; TF32; layer by layer; training. A step: `{
 * name, what, args, minutes, variables?, needs?, makes? }`, the last two files.
 */
export function stepsFor({ families: chosen, device, deviceId, networks, out }) {
  const on = ['--device', device, '--device-id', `${deviceId}`];
  const file = (...words) => join(out, 'models', `${words.join('-')}.onnx`);
  const timed = (family) => (networks === 'full' ? family : `${family}-small`);
  const steps = [];
  /** A file that is made once, before the first step that needs it. */
  const once = (step) => {
    if (!steps.some(({ name }) => name === step.name)) steps.push(step);
  };
  const model = (preset, dtype, inputs) => {
    once(build(preset, dtype));
    once(apply(preset, dtype, inputs));
  };

  const [first] = chosen;
  measured(`${first}-small`, 'float32', small[networks], `first-${first}`);
  for (const family of chosen) validated(family, 'float32');
  for (const family of chosen) measured(timed(family), 'float32');
  for (const family of chosen) validated(family, 'float16');
  for (const family of chosen) measured(timed(family), 'float16');
  for (const family of chosen) measured(timed(family), 'tf32');
  for (const family of chosen) validated(family, 'float32', ['--layers', '--tiles', '64']);
  // Training supports no other device.
  if (device === 'webgpu') return steps;
  steps.push({
    name: `train-${first}`,
    what: `training of an adapter on ${first}-small, losses against the CPU's`,
    args: [train, file(`${first}-small`, 'float32'), device, '20', '1e-3'],
    variables: precisions.float32.variables,
    needs: [file(`${first}-small`, 'float32')],
    minutes: 8,
  });
  return steps;

  /** Validation measures float32 with and without TF32 in one run. */
  function validated(family, dtype, more = []) {
    const preset = `${family}-small`;
    model(preset, dtype, 'optional');
    const [host, grafted] = [file(preset, dtype), file(preset, dtype, 'optional')];
    const kind = more.length > 0 ? `${dtype}-layers` : dtype;
    steps.push({
      name: `validate-${family}-${kind}`,
      what: `validation of ${preset}, ${kind.replace('-', ', ')}`,
      args: [graft, 'validate', grafted, '--base', host, ...on, ...more, '--json'],
      needs: [host, grafted],
      minutes: 5,
    });
  }

  /** The label is fed, so that every run computes with it; a default would be folded away. */
  function measured(preset, name, lengths = sides[networks], as = preset.replace('-small', '')) {
    const { dtype, variables, limit } = precisions[/** @type {keyof typeof precisions} */ (name)];
    model(preset, dtype, 'required');
    const [host, grafted] = [file(preset, dtype), file(preset, dtype, 'required')];
    steps.push({
      name: `measure-${as}-${name}`,
      what: `parity and time of ${preset}, ${name}`,
      args: [measure, host, grafted, device, `${deviceId}`, lengths, `${limit}`],
      variables,
      needs: [host, grafted],
      minutes: 8,
    });
  }

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
