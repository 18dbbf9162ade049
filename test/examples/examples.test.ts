import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Example, gatherDoors } from './gather-examples.ts';

// The examples of public doc comments, which the API pages show: all are strictly typed, and those
// that need no given values run and return what their comment says.
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('./generated', import.meta.url));
const given = new Set(
  [
    ...readFileSync(new URL('./given.d.ts', import.meta.url), 'utf8').matchAll(
      /^ {2}const (\w+):/gm,
    ),
  ].map(([, name]) => name!),
);
const doors = gatherDoors(join(root, 'packages')).filter(({ examples }) => examples.length > 0);
const fileOf = (specifier: string) =>
  join(folder, `${specifier.replace('@pip-graft/', '').replaceAll('/', '-')}.ts`);
const selfContained = doors.flatMap(({ specifier, examples }) =>
  examples.flatMap((example, at) => {
    const says = outcomeOf(example);
    return says === undefined ? [] : [{ specifier, at, says, ...example }];
  }),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { specifier, names, examples } of doors) {
    const functions = examples.map(
      (example, at) =>
        `// ${relative(root, example.file)}: ${example.name}\nexport async function example${at}() {\n${bodyOf(example)}\n}\n`,
    );
    const imported = `import { ${names.join(', ')} } from '${specifier}';\n`;
    writeFileSync(fileOf(specifier), [imported, ...functions].join('\n'));
  }
  const compilerOptions = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitReturns: false,
  };
  const config = {
    extends: '../../../tsconfig.json',
    compilerOptions,
    include: ['*.ts', '../given.d.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An example as the body of a function; a last line that is an expression is returned. */
function bodyOf({ code }: Example): string {
  const lines = code.replace('export default ', 'return ').split('\n');
  const last = lines.at(-1)!;
  return [...lines.slice(0, -1), isExpression(last) ? `return ${last}` : last].join('\n');
}

function isExpression(line: string): boolean {
  return (
    /^[\w(`'[]/.test(line) && !/^(const|let|(await )?using|try|catch|return|if|for)\b/.test(line)
  );
}

/** The value in the comment of the last line, for an example that needs nothing from outside. */
function outcomeOf({ code }: Example): unknown {
  const last = code.split('\n').at(-1)!;
  const [, comment] = /\/\/ (.*)$/.exec(last) ?? [];
  if (!isExpression(last)) return undefined;
  const words: readonly string[] = code.replace(/\/\/.*$/gm, '').match(/\w+/g) ?? [];
  if (comment === undefined || comment.includes('…') || words.some((word) => given.has(word)))
    return undefined;
  if (!/^['"[{\d-]|^(true|false|null)$/.test(comment)) return undefined;
  try {
    return runInNewContext(`(${comment})`);
  } catch {
    return undefined;
  }
}

/** As JSON, with numbers rounded to two digits as in comments. */
function rounded(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'number' ? Math.round(inner * 100) / 100 : inner,
  );
}

describe('examples of public doc comments', () => {
  it('are strictly typed', () => {
    expect(doors.flatMap(({ examples }) => examples).length).toBeGreaterThan(130);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const ended = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(ended.stdout).toBe('');
  });

  it.each(selfContained)(
    '$specifier: $name returns what its comment says',
    async ({ specifier, at, says }) => {
      const module = (await import(pathToFileURL(fileOf(specifier)).href)) as Record<
        string,
        () => unknown
      >;
      const result = await module[`example${at}`]!();
      expect(rounded(result)).toBe(rounded(says));
    },
  );
});
