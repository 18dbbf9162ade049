import { ops } from '@pip-graft/onnx-graft';
import { hasLabelGate } from '../config/pip-config.ts';
import { foldGate } from '../fold/gate.ts';
import { names } from '../parameters/names.ts';
import { constantTensor, type LevelContext } from './level-context.ts';
import type { Steering } from './steering.ts';
import { asValue, reshapeWeight } from './weight.ts';

/**
 * What the host's merge reads instead of Z. `replace`: `Z + amount·(Z' − Z)`; `residual`:
 * `Z + amount·gate·Z'`. An amount of 0, and a gate of zeros, give Z exactly as long as Z' is finite.
 */
export function emitAttach(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const whole = steering.kind === 'baked' && steering.amount === 1;
  if (whole && context.config.attach === 'replace') return modulated;
  return ops.add(context.g, feature, emitChange(context, feature, modulated, steering));
}

/** What one module adds to Z: `amount·(Z' − Z)`, or `amount·gate·Z'`. */
export function emitChange(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const { g, config, dataType } = context;
  if (config.attach === 'residual') return ops.mul(g, modulated, gain(context, steering));
  const amount =
    steering.kind === 'baked'
      ? g.scalar(steering.amount, dataType)
      : ops.fromFloat32(g, steering.amount, dataType);
  return ops.mul(g, ops.sub(g, modulated, feature), amount);
}

/** `amount·gate` in the host's type: (C,1,1), or (B,C,1,1) where the weights are inputs. */
function gain(context: LevelContext, steering: Steering): string {
  const { g, level, weight, dataType, config } = context;
  const given = weight(names.gate);
  if (steering.kind === 'baked' && given.kind === 'fixed') {
    const shares = hasLabelGate(config) ? steering.shares : [1];
    const data = foldGate(given.data, shares, steering.amount);
    return constantTensor(g, 'gate', [level.channels, 1, 1], data, dataType);
  }
  const gate = hasLabelGate(config)
    ? labelGate(context, steering)
    : asValue(g, 'gate', reshapeWeight(g, given, [level.channels, 1, 1]));
  const amount = steering.kind === 'baked' ? g.scalar(steering.amount, 'float32') : steering.amount;
  return ops.fromFloat32(g, ops.mul(g, gate, amount), dataType);
}

/** The labels' gates by their shares, float32 (B or 1, C, 1, 1): a product of (B,T) and (T,C). */
function labelGate({ g, level, weight, config }: LevelContext, steering: Steering): string {
  const labels = config.labels.length;
  const shares =
    steering.kind === 'baked'
      ? g.floats([...steering.shares], [1, labels])
      : ops.reshape(g, steering.shares, [-1, labels]);
  const rows = ops.matmul(g, shares, asValue(g, 'gate', weight(names.gate)));
  return ops.reshape(g, rows, [-1, level.channels, 1, 1]);
}
