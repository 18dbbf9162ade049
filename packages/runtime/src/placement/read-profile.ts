import { GraftError } from '@pip-graft/onnx-graft';

/** One node of a profiled run. */
export interface ProfiledNode {
  readonly node: string;
  readonly opType: string;
  readonly provider: string;
  readonly milliseconds: number;
  /** Element type and shape of each output, such as `float` and `[1, 3, 8, 8]`. */
  readonly outputs: readonly { readonly type: string; readonly dims: readonly number[] }[];
}

interface ProfileEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly dur?: unknown;
  readonly args?: {
    readonly op_name?: unknown;
    readonly provider?: unknown;
    readonly output_type_shape?: unknown;
  };
}

/**
 * Reads the nodes of an onnxruntime profile. Fused and inserted nodes have the names that
 * onnxruntime gave them.
 *
 * Errors: `CORRUPT_FILE` if the text is not a profile. Source: docs/notes/onnxruntime.md section 3
 * (measured on 1.30.0).
 */
export function readProfile(text: string, label = 'profile'): ProfiledNode[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch (cause) {
    throw new GraftError('CORRUPT_FILE', `${label}: not a profile of onnxruntime (no JSON).`, {
      cause,
    });
  }
  if (!Array.isArray(events)) {
    throw new GraftError('CORRUPT_FILE', `${label}: not a profile of onnxruntime (no list).`);
  }
  return (events as ProfileEvent[]).flatMap(({ cat, name, dur, args }) => {
    const suffix = '_kernel_time';
    if (cat !== 'Node' || typeof name !== 'string' || !name.endsWith(suffix)) return [];
    return [
      {
        node: name.slice(0, -suffix.length),
        opType: String(args?.op_name ?? ''),
        provider: String(args?.provider ?? ''),
        milliseconds: Number(dur ?? 0) / 1000,
        outputs: tensors(args?.output_type_shape),
      },
    ];
  });
}

function tensors(list: unknown): ProfiledNode['outputs'] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: Record<string, unknown>) =>
    Object.entries(item).map(([type, dims]) => ({
      type,
      dims: Array.isArray(dims) ? dims.map(Number) : [],
    })),
  );
}
