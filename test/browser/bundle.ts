import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** A browser bundle of the library, and the modules it lacks. */
export interface Bundle {
  readonly code: string;
  /** Modules that are not in it and that a browser does not have. */
  readonly missing: readonly string[];
}

/** Bundles a built file for browsers as an ES module. */
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
