import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each line, and the exit status it must have without and with onnxruntime-node. */
const lines = [
  ['backbone build nafnet-small -o host.onnx', 0, 0],
  ['backbone list', 0, 0],
  ['inspect host.onnx --html host.html', 0, 0],
  ['adapter init host.onnx -o my-adapter --labels rain+haze --attach replace', 0, 0],
  ['adapter info my-adapter', 0, 0],
  ['plan host.onnx --adapter ./my-adapter', 0, 0],
  ['apply host.onnx --adapter ./my-adapter -o grafted.onnx', 0, 0],
  ['check grafted.onnx', 0, 0],
  ['diff host.onnx grafted.onnx', 0, 0],
  ['remove grafted.onnx -o again.onnx', 0, 0],
  ['validate grafted.onnx --base host.onnx', 6, 0],
  ['doctor --device cpu', 6, 0],
];

/** Runs the installed command as its users do, without a network: a line for each that ended otherwise. */
export function useCommand(folder, { optional }) {
  const wrong = [];
  for (const [line, without, withRuntime] of lines) {
    const expected = optional ? withRuntime : without;
    const ended = spawnSync('npx', ['--no-install', 'graft', ...line.split(' ')], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      env: { ...process.env, npm_config_offline: 'true' },
    });
    const said = `${ended.stdout}${ended.stderr}`;
    if (ended.status !== expected)
      wrong.push(`graft ${line}: ended with ${ended.status}, not ${expected}: ${said}`);
    else if (expected === 6 && !said.includes('npm install onnxruntime-node'))
      wrong.push(`graft ${line}: does not say how to install onnxruntime-node: ${said}`);
  }
  const bytes = (name) => readFileSync(join(folder, name));
  if (wrong.length === 0 && !bytes('again.onnx').equals(bytes('host.onnx')))
    wrong.push('graft remove: did not give the host back');
  return wrong;
}
