import { ownersManifest } from '../owners-manifest.mjs';

/** The package.json of a backbone: data only. */
export function backboneManifest(name, version) {
  const members = {
    name: `@pip-graft/${name}`,
    version,
    description:
      'A small NAFNet that takes noise out of photographs, as ONNX; base of @pip-graft/adapter-nafnet-tiny',
    keywords: [
      'pip-graft',
      'pip-graft-backbone',
      'image-restoration',
      'denoising',
      'onnx',
      'nafnet',
    ],
    ...ownersManifest(name),
    license: 'MIT',
    type: 'module',
    exports: { './model.onnx': './model.onnx', './package.json': './package.json' },
    files: ['model.onnx', 'NOTICE'],
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}
