import { cpus, totalmem } from 'node:os';

/** The machine according to the doctor's last answer. */
export function machineFacts({ results }) {
  const { machine = {}, environment = {} } =
    results.findLast(({ result }) => result?.machine)?.result ?? {};
  const { driver, gpus = [], providers = [], cudnn = [] } = environment.cuda ?? {};
  const needed = providers.flatMap((provider) => provider.needed);
  const cudart = needed.find(({ name }) => name.startsWith('libcudart.so.'));
  return {
    gpu: gpus.map(({ name, memory, capability }) =>
      [name, memory && `${memory} MiB`, capability && `compute capability ${capability}`]
        .filter(Boolean)
        .join(', '),
    ),
    driver: driver
      ? `${driver.version}${driver.cuda ? `, serves CUDA ${driver.cuda}` : ''}`
      : 'none',
    cuda: cudart?.path ? `${cudart.name.replace('libcudart.so.', '')} (${cudart.path})` : 'none',
    cudnn:
      cudnn
        .filter(({ path }) => path)
        .map(({ name, path }) => `${name.replace('libcudnn.so.', '')} (${path})`)
        .join(', ') || 'none',
    node: process.versions.node,
    onnxruntime: machine.onnxruntime ?? 'unknown',
    graft: machine.graft ?? 'unknown',
    system: [
      environment.distribution?.id,
      environment.distribution?.version,
      environment.platform,
      environment.glibc && `glibc ${environment.glibc}`,
    ]
      .filter(Boolean)
      .join(' '),
    cpu: `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}
