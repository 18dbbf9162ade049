import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Each line, and the exit status it must have without and with onnxruntime.
 *
 * @type {[line: string, without: number, withRuntime: number][]}
 */
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
  ['adapter pack my-adapter -o packed --name packed --license MIT', 0, 0],
  ['adapter list host.onnx --all', 0, 0],
  ['convert --html convert.html --junit convert.xml --markdown convert.md', 0, 0],
  ['convert --frozen', 0, 0],
  ['validate grafted.onnx --base host.onnx', 6, 0],
  ['doctor --device cpu', 6, 0],
];

/** A conversion whose gates run the model, if it can be run. */
const config = {
  jobs: [
    {
      name: 'rain',
      source: { onnx: 'host.onnx' },
      adapters: ['./my-adapter'],
      precision: 'float16',
      output: 'out/rain.onnx',
      gates: { validate: true, maxBytes: '16 MB', parity: { psnr: 60 } },
    },
  ],
};

/** Runs the installed command as its users do, offline; returns one line per unexpected exit. */
export function useCommand(folder, { optional }) {
  const wrong = [];
  writeFileSync(join(folder, 'graft.config.json'), JSON.stringify(config));
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
    else if (
      expected === 6 &&
      !said.includes('npm install --include=optional @pip-graft/onnxruntime')
    )
      wrong.push(`graft ${line}: does not say how to install onnxruntime: ${said}`);
  }
  const report = existsSync(join(folder, 'convert.md'))
    ? readFileSync(join(folder, 'convert.md'), 'utf8')
    : '';
  if (report.includes('| validate | ✅ passed') !== optional)
    wrong.push(`graft convert: gates were ${optional ? '' : 'not '}skipped: ${report}`);
  const bytes = (name) => readFileSync(join(folder, name));
  if (wrong.length === 0 && !bytes('again.onnx').equals(bytes('host.onnx')))
    wrong.push('graft remove: did not give the host back');
  return wrong;
}
