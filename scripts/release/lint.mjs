import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * Kinds of problems that do not matter for packages with ES modules only: `require` of Node before
 * 20.19, which these packages do not run on, and folders of entry points, which Node 10 needed.
 */
const notOurs = new Set(['CJSResolvesToESM', 'NoResolution']);
const oldResolutions = new Set(['node10', 'node16-cjs']);

/** What publint and "are the types wrong" report about a tarball, one line each. */
export async function lint({ name, manifest, tarball }) {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  const said = messages.map((message) => `publint: ${formatMessage(message, manifest)}`);
  if (manifest.exports === undefined) return said;
  const checked = await checkPackage(createPackageFromTarballData(bytes));
  // A backbone is a model; programs cannot import anything from it.
  if (!checked.types) return isModel(manifest) ? said : [...said, `types: ${name} has none`];
  const wrong = checked.problems.filter(
    (problem) =>
      !(
        notOurs.has(problem.kind) &&
        'resolutionKind' in problem &&
        oldResolutions.has(problem.resolutionKind)
      ) && !isData(problem),
  );
  return [...said, ...wrong.map((problem) => `types: ${JSON.stringify(problem)}`)];
}

/**
 * Entry points to data: tensors have no types, and a JSON file has a default export where TypeScript and
 * Node import it, which the check takes for CommonJS. The guide to adapters is compiled by a test.
 *
 * @param {import('@arethetypeswrong/core').Problem} problem
 */
function isData(problem) {
  return problem.kind === 'NoResolution'
    ? problem.entrypoint.endsWith('.safetensors')
    : problem.kind === 'FalseExportDefault' && problem.implementationFileName.endsWith('.json');
}

function isModel({ exports }) {
  return Object.keys(exports).every(
    (entry) => entry.endsWith('.onnx') || entry === './package.json',
  );
}
