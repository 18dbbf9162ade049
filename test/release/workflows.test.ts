import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        permissions?: Record<string, string>;
        needs?: string;
        if?: string;
        'runs-on': string;
        strategy?: { matrix: unknown };
        steps: readonly Step[];
      }
    >
  >;
}
interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function workflow(name: string): Workflow {
  const file = fileURLToPath(new URL(`../../.github/workflows/${name}`, import.meta.url));
  // YAML 1.2: `on` is a string, as on GitHub.
  const document = parseDocument(readFileSync(file, 'utf8'), { strict: true, uniqueKeys: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Workflow;
}

const { scripts } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { scripts: Record<string, string> };

describe.each(['ci.yml', 'publish.yml', 'site.yml'])('.github/workflows/%s', (name) => {
  const { on, permissions, jobs } = workflow(name);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('has a trigger and only the permissions it needs', () => {
    expect(Object.keys(on).length).toBeGreaterThan(0);
    expect(permissions).toEqual({ contents: 'read' });
    for (const step of steps) expect(Number('run' in step) + Number('uses' in step)).toBe(1);
  });

  it('pins every action by digest and puts no expression into a script', () => {
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^[\w/-]+@[0-9a-f]{40}$/);
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });

  it('runs existing scripts', () => {
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1]!),
    );
    expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
  });
});

it('ci runs on three systems and three versions of Node', () => {
  const { test } = workflow('ci.yml').jobs;
  expect(test!.strategy?.matrix).toEqual({
    os: ['ubuntu-latest', 'windows-latest', 'macos-latest'],
    node: [20, 22, 24],
  });
  expect(test!['runs-on']).toMatch(/^\$\{\{ matrix\.os \}\}$/);
});

it('publishes from main with provenance and without a token, after the checks', () => {
  const { jobs } = workflow('publish.yml');
  expect(jobs['publish']).toMatchObject({
    needs: 'check',
    if: "github.ref == 'refs/heads/main'",
    permissions: { contents: 'read', 'id-token': 'write' },
  });
  const last = jobs['publish']!.steps.at(-1)!;
  expect(last).toMatchObject({
    run: 'npx changeset publish --no-git-tag',
    env: { NPM_CONFIG_PROVENANCE: 'true' },
  });
  expect(JSON.stringify(jobs)).not.toContain('secrets.');
  // The job that can write to the repository cannot publish, and vice versa.
  expect(jobs['tag']).toMatchObject({ needs: 'publish', permissions: { contents: 'write' } });
  expect(jobs['check']!.permissions).toBeUndefined();
});

describe('site.yml', () => {
  const { jobs } = workflow('site.yml');
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('publishes the built site with deployment permissions only', () => {
    expect(jobs['deploy']).toMatchObject({
      needs: 'build',
      permissions: { pages: 'write', 'id-token': 'write' },
    });
    expect(jobs['build']!.permissions).toEqual({ contents: 'read', pages: 'read' });
    expect(steps.map(({ run }) => run)).toContain('npm run docs:build');
  });
});

it('files have the same bytes on every system', () => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  expect(read('.gitattributes')).toContain('* text=auto eol=lf');
  expect(read('.gitattributes')).not.toContain('\r');
});
