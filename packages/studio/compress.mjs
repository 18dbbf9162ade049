// Compresses onnxruntime's wasm files, which are 41 MB, to the 8 MB that browsers read as they are: Brotli.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = 'dist/assets';
for (const name of readdirSync(folder).filter((each) => each.endsWith('.wasm'))) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 6 };
  writeFileSync(
    `${folder}/${name}.br`,
    brotliCompressSync(readFileSync(`${folder}/${name}`), { params }),
  );
  rmSync(`${folder}/${name}`);
}
