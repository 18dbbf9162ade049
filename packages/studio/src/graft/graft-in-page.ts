import {
  applyGraft,
  bytesSource,
  decodeAdapter,
  decodeSensor,
  hostOf,
  modelBytes,
  newSha256,
  readGraft,
  readModel,
  tryPlan,
  ungraft,
} from '@pip-graft/graft';
import { checkModel } from '@pip-graft/onnx-graft';
import { ladder, laddersOf } from '@pip-graft/report/ladder';
import type { AdapterFolder, Check, Grafted, GraftRequest } from './graft-request.ts';

type Adapter = ReturnType<typeof decodeAdapter>;
type Plan = Parameters<typeof applyGraft>[0];

/**
 * Grafts an adapter onto a model, and checks everything that can be checked without running it.
 * Removes an existing graft first.
 *
 * Errors: those of reading the files of the adapter and the model.
 */
export function graftInPage({ folder, model: bytes, modelName }: GraftRequest): Grafted {
  const adapter = decodeAdapter({ ...folder, ...nameOf(folder) });
  const found = [...adapterChecks(adapter), ...digestChecks(folder)];
  const said = { facts: factsOf(adapter), hasSensor: folder.sensor !== undefined };
  if (bytes === undefined) {
    return { ...said, model: undefined, was: 'host', ladders: [], checks: found };
  }
  const opened = readModel(bytesSource(bytes, modelName));
  const was = readGraft(opened) === null ? 'host' : 'grafted';
  const host = hostOf(was === 'host' ? opened : ungraft(opened).model);
  const sensor =
    folder.sensor && decodeSensor({ name: `${adapter.name}/sensor`, ...folder.sensor });
  const planned = tryPlan(host, adapter, sensor ? { auto: sensor } : {});
  if (planned.status === 'refused') {
    const reasons = planned.refusals.map(({ message }) => ({ passed: false, text: message }));
    const checks = [...found, ...reasons];
    return { ...said, model: undefined, was, ladders: drawn(host, []), checks };
  }
  const { plan } = planned;
  const grafted = modelBytes(applyGraft(plan)) as Uint8Array<ArrayBuffer>;
  const checks = [...found, ...graftChecks(grafted, plan)];
  return { ...said, model: grafted, was, ladders: drawn(host, plan.summary.levels), checks };
}

function adapterChecks({ name, config, tensors }: Adapter): Check[] {
  const count = tensors.size;
  return [
    {
      passed: true,
      text: `${name}: ${count} tensors, with the names and shapes of its configuration, all finite.`,
    },
    { passed: true, text: `${config.labels.length} labels: ${config.labels.join(', ')}.` },
  ];
}

/** Checks files against the digests in package.json; none for a folder that was never packed. */
function digestChecks({ config, tensors, manifest }: AdapterFolder): Check[] {
  const said = manifestOf(manifest)?.pipGraft?.files ?? {};
  const files: Record<string, Uint8Array> = {
    'adapter_config.json': new TextEncoder().encode(config),
    'adapter_model.safetensors': tensors,
  };
  return Object.entries(files).flatMap(([name, bytes]) => {
    if (typeof said[name] !== 'string') return [];
    const passed = `sha256:${newSha256().update(bytes).hex()}` === said[name];
    const text = passed
      ? `${name} has the digest that package.json says.`
      : `${name} was changed or damaged after it was packed; install the package again.`;
    return [{ passed, text }];
  });
}

/** Checks what must be true of every graft. */
function graftChecks(grafted: Uint8Array<ArrayBuffer>, { model: host, summary }: Plan): Check[] {
  const model = readModel(bytesSource(grafted, 'the grafted model'));
  const errors = checkModel(model).filter(({ severity }) => severity === 'error');
  const back = modelBytes(ungraft(model).model);
  const same = newSha256().update(back).hex() === newSha256().update(modelBytes(host)).hex();
  return [
    { passed: true, text: 'The adapter was made for this model.' },
    {
      passed: errors.length === 0,
      text: errors[0]?.message ?? 'The structure of the grafted model is valid.',
    },
    {
      passed: same,
      text: same
        ? 'With the graft removed, the file is the model again, byte for byte.'
        : 'Removing the graft does not give the model again.',
    },
    ...summary.warnings.map((text) => ({ passed: false, text })),
  ];
}

function drawn(
  host: ReturnType<typeof hostOf>,
  levels: Plan['summary']['levels'],
): readonly string[] {
  return laddersOf(host.located.sites).map((sites, at) => {
    const rungs = sites.map(({ level, scale, channels, join }) => {
      const graft = levels.find((planned) => planned.site.level === level)?.modules[0]?.config;
      return { level, scale, channels, join, ...(graft ? { graft } : {}) };
    });
    const inputs = levels.length > 0 ? { inputs: ['degradation', 'strength'] } : {};
    return ladder({ levels: rungs, ...inputs }, 'The network', String(at)).text;
  });
}

function factsOf({ config, base, training, license, tensors }: Adapter): Grafted['facts'] {
  const parameters = [...tensors.values()].reduce((sum, { dims }) => sum + product(dims), 0);
  return [
    ['Training', training === null ? 'UNTRAINED' : 'trained'],
    ['Made for', base.name ?? base.family],
    ['Levels', config.levels.map(({ level }) => level).join(', ')],
    ['Parameters', parameters.toLocaleString('en-US')],
    ['Licence', license ?? 'not said'],
  ];
}

function product(dims: readonly number[]): number {
  return dims.reduce((sum, dim) => sum * dim, 1);
}

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly pipGraft?: { readonly files?: Readonly<Record<string, unknown>> };
}

/** Returns name and version, if the package has them; other fields are checked when used. */
function nameOf({ name, manifest }: AdapterFolder): { name: string; version?: string } {
  const { name: said, version } = manifestOf(manifest) ?? {};
  return {
    name: typeof said === 'string' ? said : name,
    ...(typeof version === 'string' ? { version } : {}),
  };
}

function manifestOf(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}
