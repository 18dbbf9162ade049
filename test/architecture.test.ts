import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../packages', import.meta.url));

/** Which packages each one may import: the arrows of the design. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'onnx-graft': [],
  hub: ['onnx-graft'],
  weights: ['onnx-graft'],
  'pip-core': ['onnx-graft', 'weights'],
  backbones: ['onnx-graft', 'weights'],
  graft: ['onnx-graft', 'hub', 'weights', 'pip-core', 'backbones'],
  imaging: ['onnx-graft', 'weights'],
  // onnxruntime is third-party, packed without its install script.
  runtime: ['onnx-graft', 'weights', 'pip-core', 'imaging', 'onnxruntime'],
  restore: ['onnx-graft', 'weights', 'pip-core', 'backbones', 'graft', 'imaging', 'runtime'],
  validate: ['onnx-graft', 'weights', 'pip-core', 'imaging', 'runtime', 'restore'],
  report: [
    'onnx-graft',
    'weights',
    'pip-core',
    'backbones',
    'graft',
    'imaging',
    'runtime',
    'restore',
    'validate',
  ],
  train: ['onnx-graft', 'weights', 'pip-core', 'graft', 'imaging', 'runtime', 'restore'],
  studio: ['onnx-graft', 'graft', 'imaging', 'restore', 'report'],
  // The library that users get: the command uses nothing below it.
  cli: ['graft', 'imaging', 'runtime', 'restore', 'validate', 'report', 'train'],
};

const turbo: { readonly tasks: Readonly<Record<string, { readonly inputs?: readonly string[] }>> } =
  JSON.parse(readFileSync(new URL('../turbo.json', import.meta.url), 'utf8'));

interface Import {
  readonly file: string;
  readonly from: string;
}

function importsOf(name: string, part = 'src'): Import[] {
  const folder = join(packages, name, part);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g),
      ].map((match) => ({
        file,
        from: match[1]!,
      })),
    );
}

/** Files that import each other in a circle; empty if there are none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return path.slice(path.indexOf(file));
    if (done.has(file)) return [];
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe('architecture', () => {
  it('knows every package', () => {
    expect(
      readdirSync(packages)
        .filter((name) => !/^(adapter|backbone|test)-|^restorer$|^onnxruntime/.test(name))
        .sort(),
    ).toEqual(Object.keys(arrows).sort());
  });

  it.each(Object.keys(arrows))('%s imports only what the design allows', (name) => {
    const imports = importsOf(name);
    expect(imports.length).toBeGreaterThan(0);
    const wrong = imports.filter(({ from }) => {
      const other = /^@pip-graft\/([^/]+)/.exec(from)?.[1];
      return other !== undefined && !arrows[name]!.includes(other);
    });
    expect(wrong).toEqual([]);
  });

  it.each(['onnx-graft', 'weights', 'pip-core', 'backbones', 'graft', 'imaging'])(
    '%s uses files and runtimes only in its node entry point',
    (name) => {
      const wrong = importsOf(name).filter(
        ({ file, from }) =>
          !file.startsWith('node/') &&
          (/^node:|onnxruntime|sharp|^@pip-graft\/hub/.test(from) ||
            /\/node(\/index\.ts)?$/.test(from)),
      );
      expect(wrong).toEqual([]);
    },
  );

  it.each(['onnx-graft', 'weights', 'pip-core', 'backbones', 'graft', 'imaging'])(
    '%s has no clock, randomness or console',
    (name) => {
      const folder = join(packages, name, 'src');
      const wrong = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        (file) =>
          file.endsWith('.ts') &&
          // The age of a leftover; no byte of a result depends on it.
          file !== 'node/sweep-leftovers.ts' &&
          /Math\.random|Date\.now|new Date\(|performance\.now|console\./.test(
            readFileSync(join(folder, file), 'utf8').replace(/^\s*(\*|\/\/|\/\*).*$/gm, ''),
          ),
      );
      expect(wrong).toEqual([]);
    },
  );

  // The linter finds circles too, but not those of types alone.
  it.each(Object.keys(arrows))('has no import circle in %s, not even of types', (name) => {
    const imports = new Map<string, string[]>();
    for (const { file, from } of importsOf(name)) {
      const list = imports.get(file) ?? [];
      imports.set(file, from.startsWith('.') ? [...list, join(dirname(file), from)] : list);
    }
    expect(circleIn(imports)).toEqual([]);
  });

  it("loads the model hub's client in one package only, on demand", () => {
    const imports = Object.keys(arrows).flatMap((name) => {
      const folder = join(packages, name, 'src');
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) =>
          [
            ...readFileSync(join(folder, file), 'utf8').matchAll(
              /^(?!import type).*'@huggingface\/.*/gm,
            ),
          ].map(([line]) => `${name}: ${line.trim().replace(/^const .* = /, '')}`),
        );
    });
    expect(new Set(imports)).toEqual(new Set(["hub: await import('@huggingface/hub');"]));
  });

  it('prints in one place only', () => {
    const writes = Object.keys(arrows).flatMap((name) => {
      const folder = join(packages, name, 'src');
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .filter((file) =>
          /^(?! *\*).*(process\.std(out|err)\.write|console\.)/m.test(
            readFileSync(join(folder, file), 'utf8'),
          ),
        )
        .map((file) => `${name}/${file}`);
    });
    expect(writes).toEqual(['cli/pipeline/print.ts']);
  });

  // The others run again for a change in any package.
  it.each(Object.keys(turbo.tasks).filter((task) => task.startsWith('@pip-graft/')))(
    'turbo reruns %s when anything its tests import changes',
    (task) => {
      const name = task.slice('@pip-graft/'.length, -'#test'.length);
      const listed = turbo.tasks[task]!.inputs!.flatMap(
        (input) => /packages\/([^/]+)\/src/.exec(input)?.[1] ?? [],
      );
      const used = new Set([name]);
      for (const each of used) {
        const parts = each === name ? ['src', 'test'] : ['src'];
        for (const { from } of parts.flatMap((part) => importsOf(each, part))) {
          const other =
            /^@pip-graft\/([^/]+)/.exec(from)?.[1] ??
            /\.\.\/([a-z-]+)\/(?:src|test)\//.exec(from)?.[1];
          if (other !== undefined) used.add(other);
        }
      }
      used.delete(name);
      expect(listed.sort()).toEqual([...used].sort());
    },
  );
});

it.each([
  ['onnx-graft', 35],
  ['runtime', 40],
  ['train', 20],
])('%s exports at most %d values', async (name, most) => {
  const values = Object.keys(await import(`@pip-graft/${name}`));
  expect(values.length).toBeGreaterThan(0);
  expect(values.length, values.join(', ')).toBeLessThanOrEqual(most);
});
