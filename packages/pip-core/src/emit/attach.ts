import { ops } from '@pip-graft/onnx-graft';
import { names } from '../parameters/names.ts';
import type { LevelContext } from './level-context.ts';
import type { Steering } from './steering.ts';
import { asValue, reshapeWeight } from './weight.ts';

/**
 * What the host's merge reads instead of Z. `replace`: `Z + strength·(Z' − Z)`;
 * `residual`: `Z + strength·gate·Z'`. Strength 0, and a gate of zeros, give Z
 * exactly as long as Z' is finite.
 */
export function emitAttach(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const whole = steering.kind === 'baked' && steering.strength === 1;
  if (whole && context.config.attach === 'replace') return modulated;
  return ops.add(context.g, feature, emitChange(context, feature, modulated, steering));
}

/** What one module adds to Z: `strength·(Z' − Z)`, or `strength·gate·Z'`. */
export function emitChange(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const { g, config, dataType } = context;
  if (config.attach === 'residual') return ops.mul(g, modulated, gain(context, steering));
  const strength =
    steering.kind === 'baked'
      ? g.scalar(steering.strength, dataType)
      : ops.fromFloat32(g, steering.strength, dataType);
  return ops.mul(g, ops.sub(g, modulated, feature), strength);
}

/** `strength·gate` in the host's type: (C,1,1), or a row for each image where the strength has one. */
function gain({ g, level, weight, dataType }: LevelContext, steering: Steering): string {
  const gate = reshapeWeight(g, weight(names.gate), [level.channels, 1, 1]);
  if (steering.kind === 'baked' && gate.kind === 'fixed') {
    const data = gate.data.map((value) => value * steering.strength);
    return asValue(g, 'gate', { ...gate, data }, dataType);
  }
  const strength =
    steering.kind === 'baked' ? g.scalar(steering.strength, 'float32') : steering.strength;
  const scaled = ops.mul(g, asValue(g, 'gate', gate), strength);
  return ops.fromFloat32(g, scaled, dataType);
}
