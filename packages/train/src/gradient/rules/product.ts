import { ops } from '@pip-graft/onnx-graft';
import {
  type Backward,
  dimsOf,
  gradient,
  like,
  type Rule,
  unbroadcast,
  unsupported,
} from '../backward.ts';

/** Exchanges the last two axes. */
function flipped(at: Backward, value: string, rank: number): string {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  return ops.transpose(at.g, value, [...order.slice(0, -2), rank - 1, rank - 2]);
}

const matmul: Rule = (at) => {
  const { g, node } = at;
  const [a = '', b = ''] = node.inputs;
  const [left, right] = [dimsOf(at, a), dimsOf(at, b)];
  if (left.length < 2 || right.length < 2) throw unsupported(at, 'it multiplies a vector');
  const dy = gradient(at);
  const batch = dimsOf(at, node.outputs[0]!).slice(0, -2);
  const one = (): string => {
    const product = ops.matmul(g, dy, flipped(at, b, right.length));
    return unbroadcast(at, product, [...batch, ...left.slice(-2)], left);
  };
  const other = (): string => {
    if (right.length === 2 && left.length > 2) {
      // One product over all rows instead of one per batch and a sum.
      const rows = (value: string, columns: number) => ops.reshape(g, value, [-1, columns]);
      const [inner = 0, columns = 0] = right;
      return ops.matmul(g, flipped(at, rows(a, inner), 2), rows(dy, columns));
    }
    const product = ops.matmul(g, flipped(at, a, left.length), dy);
    return unbroadcast(at, product, [...batch, ...right.slice(-2)], right);
  };
  return [at.wants(0) ? one() : undefined, at.wants(1) ? other() : undefined];
};

/** `alpha·A'·B' + beta·C`, where A' and B' may be transposed. */
const gemm: Rule = (at) => {
  const { g, node } = at;
  const [a = '', b = '', c = ''] = node.inputs;
  const flag = (name: string): boolean => node.attributes.get(name)?.int === 1;
  const scaled = (value: string, name: string): string => {
    const factor = node.attributes.get(name)?.float ?? 1;
    return factor === 1 ? value : ops.mul(g, value, like(at, a, factor));
  };
  const dy = gradient(at);
  const main = scaled(dy, 'alpha');
  const turn = (value: string) => flipped(at, value, 2);
  const [turnA, turnB] = [flag('transA'), flag('transB')];
  const byA = (): string =>
    turnA
      ? ops.matmul(g, turnB ? turn(b) : b, turn(main))
      : ops.matmul(g, main, turnB ? b : turn(b));
  const byB = (): string =>
    turnB
      ? ops.matmul(g, turn(main), turnA ? turn(a) : a)
      : ops.matmul(g, turnA ? a : turn(a), main);
  const byC = (): string =>
    unbroadcast(at, scaled(dy, 'beta'), dimsOf(at, node.outputs[0]!), dimsOf(at, c));
  return [
    at.wants(0) ? byA() : undefined,
    at.wants(1) ? byB() : undefined,
    c !== '' && at.wants(2) ? byC() : undefined,
  ];
};

/** onnxruntime's `alpha·A'·B'` over the last two axes, where A' and B' may be transposed. */
const fusedMatmul: Rule = (at) => {
  const { g, node } = at;
  const [a = '', b = ''] = node.inputs;
  const [left, right] = [dimsOf(at, a), dimsOf(at, b)];
  const flag = (name: string): boolean => node.attributes.get(name)?.int === 1;
  if (left.length < 2 || right.length < 2) throw unsupported(at, 'it multiplies a vector');
  if (flag('transBatchA') || flag('transBatchB'))
    throw unsupported(at, 'it transposes the batch as well');
  const batch = dimsOf(at, node.outputs[0]!).slice(0, -2);
  const alpha = node.attributes.get('alpha')?.float ?? 1;
  const dy = alpha === 1 ? gradient(at) : ops.mul(g, gradient(at), like(at, a, alpha));
  const rank = batch.length + 2;
  const turned = (value: string, turn: boolean, count: number) =>
    turn ? flipped(at, value, count) : value;
  const byA = ops.matmul(g, dy, turned(b, !flag('transB'), right.length));
  const byB = ops.matmul(g, turned(a, !flag('transA'), left.length), dy);
  const back = (value: string, turn: boolean, dims: readonly number[]) =>
    unbroadcast(at, turned(value, turn, rank), [...batch, ...dims.slice(-2)], dims);
  return [
    at.wants(0) ? back(byA, flag('transA'), left) : undefined,
    at.wants(1) ? back(byB, flag('transB'), right) : undefined,
  ];
};

/** Products that onnxruntime's optimiser writes. */
export const runtimeProduct: Readonly<Record<string, Rule>> = { FusedMatMul: fusedMatmul };

export const product: Readonly<Record<string, Rule>> = { MatMul: matmul, Gemm: gemm };
