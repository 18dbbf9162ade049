import { ownersManifest } from '../owners-manifest.mjs';

/** The package.json of a package that is a model: data only. */
export function dataManifest(name, { version, description, keywords, more = {} }) {
  const members = {
    name: `@pip-graft/${name}`,
    version,
    description,
    keywords: ['pip-graft', 'image-restoration', 'onnx', ...keywords],
    ...ownersManifest(name),
    license: 'MIT',
    type: 'module',
    exports: { './model.onnx': './model.onnx', './package.json': './package.json' },
    files: ['model.onnx', 'NOTICE'],
    ...more,
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}
