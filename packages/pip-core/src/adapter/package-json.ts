import type { Adapter } from './adapter.ts';

/** The files of an adapter folder. */
export const adapterFiles = {
  config: 'adapter_config.json',
  tensors: 'adapter_model.safetensors',
  card: 'README.md',
  package: 'package.json',
} as const;

/** The text of an adapter's `package.json`: data only, no code. */
export function adapterPackageJson({ name, version, base, license, training }: Adapter): string {
  const members = {
    name,
    version,
    description: `${training === null ? 'Untrained ' : ''}Prompt-In-Prompt adapter for ${base.family}`,
    ...(license === null ? {} : { license }),
    keywords: ['pip-graft-adapter', base.family],
    files: [adapterFiles.config, adapterFiles.tensors],
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}
