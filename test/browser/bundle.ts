import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** A browser bundle of the library, and what it could not be made without. */
export interface Bundle {
  readonly code: string;
  /** Modules that are not in it: what a browser would lack. */
  readonly missing: readonly string[];
}

/** Bundles a file for browsers as an ES module, from what was built. */
export async function bundle(entry: string): Promise<Bundle> {
  const missing: string[] = [];
  const build = await rolldown({
    input: fileURLToPath(new URL(entry, import.meta.url)),
    platform: 'browser',
    logLevel: 'silent',
    onLog(_, { code, message }) {
      if (code === 'UNRESOLVED_IMPORT') missing.push(message);
    },
    external: (id) => {
      if (id.startsWith('node:')) missing.push(id);
      return id.startsWith('node:');
    },
  });
  try {
    const { output } = await build.generate({ format: 'esm', minify: true });
    return { code: output[0].code, missing };
  } finally {
    await build.close();
  }
}
