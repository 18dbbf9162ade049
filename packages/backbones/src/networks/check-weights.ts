import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import type { Parameter } from './parameter.ts';

/** How many names a message lists before it says how many more there are. */
const shown = 5;

/** Refuses weights in which a tensor is missing, unknown or of another shape: `CORRUPT_FILE`, with the names. */
export function checkWeights(
  family: string,
  parameters: readonly Parameter[],
  weights: TensorMap,
): void {
  const known = new Set(parameters.map(({ name }) => name));
  const used = parameters.filter(({ unused }) => !unused);
  const missing = used.filter(({ name }) => !weights.has(name)).map(({ name }) => name);
  const extra = [...weights.keys()].filter((name) => !known.has(name));
  const misshaped = used.flatMap(({ name, dims }) => {
    const found = weights.get(name)?.dims;
    if (found === undefined || found.join() === dims.join()) return [];
    return [`${name} is [${found.join(', ')}] instead of [${dims.join(', ')}]`];
  });
  const problems = [
    ...listed('missing', missing),
    ...listed('not of this network', extra),
    ...listed('of another shape', misshaped),
  ];
  if (problems.length === 0) return;
  throw new GraftError(
    'CORRUPT_FILE',
    `Weights for ${family} do not fit its configuration: ${problems.join('; ')}. The file is damaged, or of a variant that is not known.`,
  );
}

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return [
    `${names.length} ${what}: ${names
      .slice(0, shown)
      .map((name) => name.replace(/[^ -~]/g, '?').slice(0, 200))
      .join(', ')}${more}`,
  ];
}
