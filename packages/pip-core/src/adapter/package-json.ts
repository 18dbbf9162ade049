import { sensorFolder } from '../sensor/sensor.ts';
import type { Adapter } from './adapter.ts';
import { adapterFiles } from './adapter-files.ts';

/** Digests that a package records of its files, so that a reader can detect changes. */
export interface PackageDigests {
  /** `sha256:…` of the adapter, however its files encode it. */
  readonly adapter: string;
  /** `sha256:…` of each file that is read, by its name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Members of a `package.json` that belong to its owner and that run nothing. */
export const ownersMembers = [
  'private',
  'author',
  'contributors',
  'homepage',
  'bugs',
  'repository',
  'funding',
  'publishConfig',
] as const;

/** Options of {@link adapterPackageJson}. */
export interface PackageChoices {
  /** Makes it a package that can be published; without, it is the `package.json` of a folder. */
  readonly digests?: PackageDigests;
  /** Existing values of {@link ownersMembers}. */
  readonly owners?: Readonly<Record<string, unknown>>;
  /** Texts that npm publishes only if listed: a notice, a change log. */
  readonly texts?: readonly string[];
}

/** The text of an adapter's `package.json`: data only, no code. */
export function adapterPackageJson(
  { name, version, config, base, license, training }: Adapter,
  { digests, owners = {}, texts = [] }: PackageChoices = {},
): string {
  const own = Object.keys(digests?.files ?? {}).filter((name) =>
    name.startsWith(`${sensorFolder}/`),
  );
  const published = digests && {
    // npm's value for a package without a licence.
    license: license ?? 'UNLICENSED',
    type: 'module',
    exports: {
      [`./${adapterFiles.config}`]: {
        types: `./${adapterFiles.types}`,
        default: `./${adapterFiles.config}`,
      },
      ...Object.fromEntries(
        [adapterFiles.tensors, ...own].map((name) => [`./${name}`, `./${name}`]),
      ),
      './package.json': './package.json',
    },
    files: [
      adapterFiles.config,
      adapterFiles.types,
      adapterFiles.tensors,
      ...(own.length > 0 ? [sensorFolder] : []),
      ...texts,
    ],
    pipGraft: { digest: digests.adapter, files: digests.files },
  };
  const members = {
    name,
    version,
    description: `${training === null ? 'Untrained ' : ''}Prompt-In-Prompt adapter for ${base.name ?? base.family}: ${config.labels.join(', ')}`,
    keywords: [
      'pip-graft',
      'pip-graft-adapter',
      'prompt-in-prompt',
      'image-restoration',
      'onnx',
      base.family,
    ],
    ...owners,
    ...(license === null ? {} : { license }),
    ...published,
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}
