// The values that examples of doc comments take as given. Types are imported here once, so that an
// example shows one call and not how its input was made.
type Graft = typeof import('@pip-graft/graft/node');
type Onnx = typeof import('@pip-graft/onnx-graft');
type Backbones = typeof import('@pip-graft/backbones');
type Imaging = typeof import('@pip-graft/imaging');
type PipCore = typeof import('@pip-graft/pip-core');
type Report = typeof import('@pip-graft/report');
type Runtime = typeof import('@pip-graft/runtime');
type Train = typeof import('@pip-graft/train');

declare global {
  // Opened or made before.
  const host: import('@pip-graft/graft/node').OpenHost;
  const model: import('@pip-graft/onnx-graft').Model;
  const nafnet: import('@pip-graft/onnx-graft').Model;
  const grafted: import('@pip-graft/onnx-graft').Model;
  const adapter: import('@pip-graft/pip-core').Adapter;
  const rain: import('@pip-graft/pip-core').Adapter;
  const haze: import('@pip-graft/pip-core').Adapter;
  const sensor: import('@pip-graft/pip-core').Sensor;
  const plan: import('@pip-graft/pip-core').Plan;
  const config: import('@pip-graft/pip-core').PipConfig;
  const session: import('@pip-graft/runtime').Session;
  const located: import('@pip-graft/backbones').Located;
  const sites: import('@pip-graft/backbones').Located['sites'];
  const checkpoint: import('@pip-graft/weights').Checkpoint;
  const image: import('@pip-graft/imaging').Image;
  const clean: import('@pip-graft/imaging').Image;
  const restored: import('@pip-graft/imaging').Image;
  const photo: import('@pip-graft/imaging').Image;
  const photos: readonly string[];
  const bytes: Uint8Array;
  const png: Uint8Array;
  const text: string;
  const stderr: string;
  const family: string;
  const fingerprint: string;
  const labels: readonly string[];
  const digest: string;
  const sha256: Parameters<Backbones['fingerprint']>[1]['digest'];
  const random: import('@pip-graft/weights').Random;
  const tensors: ReadonlyMap<string, import('@pip-graft/weights').Tensor>;
  const tensor: Parameters<Imaging['gap']>[0];
  const expected: Parameters<Imaging['gap']>[1];
  const values: Float32Array;
  const pixels: Float32Array;

  // What one function takes and another returns.
  const facts: ReturnType<Onnx['graphFacts']>;
  const request: Parameters<PipCore['makePlan']>[0];
  const base: Parameters<PipCore['importAdapter']>[1]['base'];
  const level: Parameters<PipCore['levelCost']>[0];
  const data: Parameters<Report['buildReport']>[0];
  const nodes: Parameters<Runtime['comparePlacement']>[1];
  const run: Awaited<ReturnType<Train['openRun']>>;
  const ended: Awaited<ReturnType<Train['runSteps']>>;
  const page: Parameters<Report['buildHostPage']>[0];
  const curves: Parameters<Report['buildCurvePage']>[0];
  const feeds: Parameters<Runtime['runModel']>[1];
  const outputs: Awaited<ReturnType<Runtime['runModel']>>;
  const a: import('@pip-graft/runtime').Session;
  const b: import('@pip-graft/runtime').Session;
  const stepper: Parameters<Train['trainAdapter']>[0];
  const batches: Parameters<Train['trainAdapter']>[1];
  const state: Parameters<Train['writeState']>[1];
  const options: Parameters<Train['trainAdapter']>[3] & Parameters<Train['trainingGraph']>[2];
  const begun: Parameters<Train['startState']>[2];
  const input: { readonly files: readonly [File] };
  const path: string;
  const restorer: Parameters<Train['measureLabels']>[0];
  const set: Parameters<Train['measureLabels']>[1];

  // Functions of other packages, and of Node.
  const openModel: Graft['openModel'];
  const saveModel: Graft['saveModel'];
  const bytesSource: Onnx['bytesSource'];
  const graphFacts: Onnx['graphFacts'];
  const convertPrecision: Onnx['convertPrecision'];
  const NameScope: Onnx['NameScope'];
  const buildBackbone: Backbones['buildBackbone'];
  const float32Tensor: typeof import('@pip-graft/weights')['float32Tensor'];
  const createSession: typeof import('@pip-graft/runtime')['createSession'];
  const runModel: typeof import('@pip-graft/runtime')['runModel'];
  const readFile: typeof import('node:fs/promises')['readFile'];
  const writeFile: typeof import('node:fs/promises')['writeFile'];
  const appendFile: typeof import('node:fs/promises')['appendFile'];
}

export {};
