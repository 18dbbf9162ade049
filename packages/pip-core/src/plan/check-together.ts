import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import type { Adapter } from '../adapter/adapter.ts';
import type { Remarks } from './check-host.ts';

/** Whether adapters can be told apart: no label and no adapter twice. */
export function checkTogether(adapters: readonly Adapter[], { refusals }: Remarks): void {
  if (adapters.length === 0) {
    refusals.push({ code: 'INVALID_ARGUMENT', message: 'No adapter was given to graft.' });
  }
  const refuse = (message: string) => refusals.push({ code: 'ADAPTER_MISMATCH', message });
  for (const [index, b] of adapters.entries()) {
    for (const a of adapters.slice(0, index)) {
      const both = `adapters '${a.name}' and '${b.name}'`;
      if (isSame(a, b)) {
        refuse(`${both} are the same adapter twice: they hold the same tensors.`);
        continue;
      }
      for (const label of a.config.labels.filter((each) => b.config.labels.includes(each))) {
        refuse(`label '${label}' is in ${both}; a caller could not tell which is meant.`);
      }
    }
  }
}

function isSame(a: Adapter, b: Adapter): boolean {
  return (a.digest !== null && a.digest === b.digest) || sameTensors(a.tensors, b.tensors);
}

function sameTensors(a: TensorMap, b: TensorMap): boolean {
  if (a.size === 0 || a.size !== b.size) return false;
  return [...a].every(([name, tensor]) => {
    const other = b.get(name);
    return other !== undefined && sameNumbers(tensor, other);
  });
}

function sameNumbers(a: FloatTensor, b: FloatTensor): boolean {
  return a.dims.join() === b.dims.join() && a.data.every((value, at) => value === b.data[at]);
}
