import type { DataType } from '@pip-graft/onnx-graft';
import { cudaKernels } from './tables/cuda-kernels.ts';
import { functionOperators, operatorHistory, typeCarriers } from './tables/operator-history.ts';

/** A node as a key into the tables. */
export interface KernelQuery {
  readonly domain: string;
  readonly opType: string;
  /** Operator set of the node's domain. */
  readonly opset: number;
  /** Element type of an input (`0`) or output (`out0`); undefined if unknown, which passes. */
  type(carrier: string): DataType | undefined;
}

/** Why CUDA has no kernel for a node. */
export interface KernelGap {
  readonly why: 'operator' | 'version' | 'type';
  readonly reason: string;
}

/** Why onnxruntime's published list has no CUDA kernel for a node; undefined if it has one. */
export function kernelGap(query: KernelQuery): KernelGap | undefined {
  const { domain, opType, opset } = query;
  const kernels = rowsOf(domain, opType);
  if (kernels.length === 0) {
    const expands = domain === '' && functionOperators.has(opType);
    const hope = expands ? ' of its own; onnxruntime may replace it with simpler operators' : '';
    return { why: 'operator', reason: `there is no CUDA kernel for ${opType}${hope}` };
  }
  const since = sinceVersion(domain, opType, opset);
  if (since === undefined) {
    return { why: 'version', reason: `${opType} does not exist in operator set ${opset}` };
  }
  const row = kernels.find(({ from, to }) => from === since || (from < since && since <= to));
  if (row === undefined) {
    const last = Math.max(...kernels.map(({ from }) => from));
    return {
      why: 'version',
      reason: `kernel version: ${opType} changed in operator set ${since}, and its newest CUDA kernel is for that of operator set ${last}`,
    };
  }
  const carrier = typeCarriers[opType]?.[row.variable] ?? '0';
  const type = query.type(carrier);
  if (type === undefined || row.types.has(type)) return undefined;
  return { why: 'type', reason: `element type: there is no CUDA kernel for ${opType} of ${type}` };
}

/** The last operator set up to `opset` that changed an operator; undefined before its first. */
export function sinceVersion(domain: string, opType: string, opset: number): number | undefined {
  // Contributed operators have only one version.
  if (domain !== '') return 1;
  return operatorHistory[opType]?.findLast((version) => version <= opset);
}

interface KernelRow {
  readonly from: number;
  /** An open range covers only its first operator set. */
  readonly to: number;
  readonly variable: string;
  readonly types: ReadonlySet<string>;
}

function rowsOf(domain: string, opType: string): KernelRow[] {
  const table = cudaKernels[domain];
  if (table === undefined || !Object.hasOwn(table, opType)) return [];
  return table[opType]!.map((text) => {
    const [range = '', variable = '', ...types] = text.split(' ');
    const [from = '', to = ''] = range.split('-');
    return { from: Number(from), to: Number(to || from), variable, types: new Set(types) };
  });
}
