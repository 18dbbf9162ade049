import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Newest first: pip accepts exactly the tags that it gets. */
const platforms = ['2_28', '2_27', '2_17']
  .map((tag) => `manylinux_${tag}_x86_64`)
  .concat('manylinux2014_x86_64');

/**
 * Path of the newest wheel of a name and version (`13.*`) in a folder; undefined if there is none.
 *
 * @param {string} name
 * @param {string} version
 * @param {string} folder
 */
export function findWheel(name, version, folder) {
  const stem = name.replaceAll('-', '_');
  const pattern = new RegExp(
    `^${stem}-${version.replaceAll('.', '\\.').replace('*', '.*')}-.*\\.whl$`,
  );
  const file = readdirSync(folder)
    .filter((one) => pattern.test(one))
    .sort()
    .at(-1);
  return file === undefined ? undefined : join(folder, file);
}

/** A wheel for Linux x64 by name and version (`13.*`), downloaded with pip unless it is in the folder. */
export function downloadWheel(name, version, folder, say) {
  const there = () => findWheel(name, version, folder);
  if (there() === undefined) {
    say(`downloading ${name} ${version} …`);
    const { status, stderr, error } = spawnSync(
      'python3',
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--python-version',
        '3.12',
        '--implementation',
        'cp',
        ...platforms.flatMap((tag) => ['--platform', tag]),
        '--dest',
        folder,
        `${name}==${version}`,
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0)
      throw new Error(
        `pip did not bring ${name} ${version}: ${error?.message ?? stderr.trim().split('\n').at(-1)}. Put the wheel for Linux x64 into ${folder}.`,
      );
  }
  const file = there();
  if (file === undefined) throw new Error(`pip left no wheel of ${name} ${version} in ${folder}.`);
  return file;
}

/** Member names of a wheel with their SHA-256 (base64url), from its RECORD. */
export function membersOf(wheel) {
  const listed = must('unzip', ['-Z1', wheel]).trim().split('\n');
  const record = listed.find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  if (record === undefined) throw new Error(`${basename(wheel)}: no RECORD, so it is no wheel.`);
  const rows = must('unzip', ['-p', wheel, record])
    .trim()
    .split(/\r?\n/)
    .map((row) => /^(.*),sha256=([\w-]+),\d+$/.exec(row))
    .filter((row) => row !== null);
  return new Map(rows.map(([, name, digest]) => [name, digest]));
}

/** Extracts members by exact name into a folder, flat, each compared with the digest in RECORD. */
export function extract(wheel, names, folder) {
  const members = membersOf(wheel);
  for (const name of names)
    if (!members.has(name)) throw new Error(`${basename(wheel)}: no member ${name}.`);
  const temporary = mkdtempSync(join(folder, '.unzip-'));
  must('unzip', ['-q', '-j', wheel, ...names, '-d', temporary]);
  for (const name of names) {
    const path = join(temporary, basename(name));
    const digest = createHash('sha256').update(readFileSync(path)).digest('base64url');
    if (digest !== members.get(name))
      throw new Error(`${basename(wheel)}: ${name} is not what RECORD says.`);
    renameSync(path, join(folder, basename(name)));
  }
  rmSync(temporary, { recursive: true });
}

function must(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
