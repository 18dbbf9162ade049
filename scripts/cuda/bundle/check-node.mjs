import { fileSource } from '../../../packages/onnx-graft/dist/node/index.js';
import { readElf } from '../../../packages/runtime/dist/device/read-elf.js';

/** The oldest C library that onnxruntime's own binaries run on, so nothing is gained below it. */
const glibc = 2.28;
/** Libraries that every Linux with glibc has. */
const system = /^(ld-linux-x86-64|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+))\.so\.\d+$/;

/**
 * Whether a node program runs on other machines: it must be linked only with system libraries and
 * run on glibc 2.28. A distribution's node that needs libnode.so does not.
 */
export function checkNode(path) {
  const source = fileSource(path);
  try {
    const { interpreter, needed, versions } = readElf(source);
    const wanted = versions.flatMap((name) => /^GLIBC_2\.(\d+)/.exec(name)?.[1] ?? []).map(Number);
    const newest = Math.max(0, ...wanted);
    const foreign = needed.filter((name) => !system.test(name));
    const wrong =
      interpreter !== '/lib64/ld-linux-x86-64.so.2'
        ? `its loader is ${interpreter ?? 'none'}`
        : foreign.length > 0
          ? `it needs ${foreign.join(', ')}`
          : newest > Math.round((glibc % 1) * 100)
            ? `it needs glibc 2.${newest}`
            : undefined;
    if (wrong)
      throw new Error(
        `${path} does not run on every Linux x64: ${wrong}. Run this with a node from nodejs.org.`,
      );
    return { glibc: `2.${newest}` };
  } finally {
    source.close();
  }
}
