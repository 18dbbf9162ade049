import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../install.mjs';

/**
 * Wall seconds and peak bytes of one node process. Throws if it fails.
 *
 * @param {string[]} args
 */
export function measureNode(args) {
  const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
  const file = join(folder, 'peak');
  const preload = pathToFileURL(join(root, 'scripts/bench/peak-memory.mjs')).href;
  const start = performance.now();
  const child = spawnSync(process.execPath, ['--import', preload, ...args], {
    env: { ...process.env, PEAK_MEMORY_FILE: file },
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (child.status !== 0) throw new Error(`${args.join(' ')}: ${child.stderr}`);
  const peak = Number(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  return { seconds, peak };
}

/**
 * Runs a and b in turn and returns both series, so that a drifting machine affects both equally.
 *
 * @template A, B
 * @param {number} runs
 * @param {() => A | Promise<A>} a
 * @param {() => B | Promise<B>} b
 */
export async function inTurn(runs, a, b) {
  /** @type {{ a: A[], b: B[] }} */
  const series = { a: [], b: [] };
  await a();
  await b();
  for (let run = 0; run < runs; run++) {
    series.a.push(await a());
    series.b.push(await b());
  }
  return series;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Wall seconds of one run of a program, including its start.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
export function measureProgram(program, args) {
  const start = performance.now();
  const child = spawnSync(program, args, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (child.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${child.stderr}`);
  return seconds;
}

/**
 * Median with its range.
 *
 * @param {readonly number[]} values
 */
export function spread(values, digits = 2) {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}

/** What was measured, when and where. */
export function provenance(command) {
  const machine = `${cpus().length} cores of ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
  return `Command: \`${command}\`. Measured ${new Date().toISOString().slice(0, 10)} on ${machine}.`;
}

/** Writes a section of a page of docs/benchmarks; the rest of the page stays. */
export function writeSection(name, title, command, body) {
  const path = join(root, 'docs/benchmarks', `${name}.md`);
  const [page, ...sections] = readFileSync(path, 'utf8').split(/^## /m);
  const text = `${title}\n\n${provenance(command)}\n\n${body}\n`;
  const at = sections.findIndex((section) => section.startsWith(`${title}\n`));
  sections.splice(at < 0 ? sections.length : at, 1, text);
  const parts = [page, ...sections.map((section) => `## ${section}`)];
  writeFileSync(path, `${parts.map((part) => part.trim()).join('\n\n')}\n`);
  console.log(`## ${text}`);
}

/** Writes a page of docs/benchmarks with where and when it was measured; keeps other sections. */
export function writePage(
  name,
  title,
  command,
  body,
  figures = ' Medians, with the range in brackets.',
) {
  const path = join(root, 'docs/benchmarks', `${name}.md`);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const sections = before.split(/^(?=## )/m).slice(1);
  const text = `# ${title}\n\n${provenance(command)}${figures}\n\n${body}\n`;
  writeFileSync(path, [text, ...sections].join('\n'));
  console.log(text);
}
