import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly repository?: { readonly directory?: string };
  readonly publishConfig?: unknown;
}

const manifestOf = (name: string) => JSON.parse(read('packages', name, 'package.json')) as Manifest;
/** The published packages. */
const packages = readdirSync(join(root, 'packages')).filter(
  (name) => existsSync(join(root, 'packages', name, 'package.json')) && !manifestOf(name).private,
);
const { version } = manifestOf('cli');

describe.each(packages)('packages/%s', (name) => {
  const manifest = manifestOf(name);

  it('has the licence and its own README', () => {
    expect(read('packages', name, 'LICENSE')).toBe(read('LICENSE'));
    expect(read('packages', name, 'README.md')).toContain(`npm install ${manifest.name}`);
  });

  it('names its source and is published with provenance', () => {
    expect(manifest.repository?.directory).toBe(`packages/${name}`);
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('runs nothing on install', () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    expect(scripts.filter((script) => /install|prepare/.test(script))).toEqual([]);
  });

  it('has the common version and depends on exactly that version of the others', () => {
    expect(manifest.version).toBe(version);
    const { dependencies, optionalDependencies } = manifest;
    const others = Object.entries({ ...dependencies, ...optionalDependencies }).filter(([other]) =>
      other.startsWith('@pip-graft/'),
    );
    expect(others.filter(([, wanted]) => wanted !== version)).toEqual([]);
  });
});

it.each(
  readdirSync(join(root, 'examples')).filter((name) =>
    existsSync(join(root, 'examples', name, 'package.json')),
  ),
)('examples/%s depends on the published version', (name) => {
  const { dependencies = {} } = JSON.parse(read('examples', name, 'package.json')) as Manifest;
  const ours = Object.entries(dependencies).filter(([other]) => other.startsWith('@pip-graft/'));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.filter(([, wanted]) => wanted !== `^${version}`)).toEqual([]);
});
