// Texts that go with the weights: what they do, their figures, and what they were made from.

const names = {
  backbone: '@pip-graft/backbone-unet',
  adapter: '@pip-graft/adapter-unet',
};

/** Photograph by photograph, as CC BY requires. */
export function notice(photos) {
  const lines = photos.map(({ file, title, author, licence, source, path }) =>
    [`${file}: "${title}"`, author, licence, `${source}/${path}`].join(', '),
  );
  return `The weights in this package were trained on patches of these photographs, degraded. The photographs
themselves are not part of it.

${lines.join('\n')}
`;
}

function licences(photos) {
  const counts = new Map();
  for (const { licence } of photos) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts].map(([licence, count]) => `| ${licence} | ${count} |`).join('\n');
}

function training({ photos, runs, machine }) {
  const parts = Object.entries(runs).map(
    ([what, record]) => `\n${what}:\n\n\`\`\`json\n${JSON.stringify(record, null, 2)}\n\`\`\``,
  );
  return `## Training

Made by \`npm run restorer\` of the repository on one thread of ${machine}, from ${photos.length} photographs and degradations that are put onto them. No image of a test set was used.
${parts.join('\n')}

| licence | photographs |
|---|---|
${licences(photos)}

Each photograph with its author, licence and source: [NOTICE](NOTICE).`;
}

function figures(gates) {
  if (gates === undefined)
    return 'Figures: [docs/benchmarks/restorer.md](https://github.com/pip-graft/pip-graft/blob/main/docs/benchmarks/restorer.md).';
  return `${gates}

How each figure is taken, and what classical methods reach on the same images: [docs/benchmarks/restorer.md](https://github.com/pip-graft/pip-graft/blob/main/docs/benchmarks/restorer.md).`;
}

const state = `**Not published yet.** These weights were trained on one core of a CPU and miss gates that a release must pass: \`npm run bench -- restorer\` of the repository lists them.`;

const limits = `## What it is not good at

It is small, so that it runs anywhere: larger published networks, each trained for one task on a GPU, restore more detail. Motion blur stays. Dense haze is lifted only in part, and plain walls behind it come out with darker patches. Noise is removed less well than by BM3D. What a degradation has destroyed (black shadows, thick haze, faces behind rain) is not invented. It was trained on made degradations of ordinary photographs: medical, satellite and document images are untried.`;

export function backboneCard(how) {
  return `# ${names.backbone}

A U-Net of plain residual blocks (\`${how.preset}\`, ${how.parameters.toLocaleString('en-US')} parameters, float16 ONNX), trained together with \`${names.adapter}\`. By itself it returns the image nearly as it came; with the adapter on its skip connections it removes noise, rain and haze and brightens low light, as the caller says; it does little for blur yet.

${state}

Input \`input\`, output \`output\`: (batch, 3, height, width), RGB, 0 to 1, any size.

${training(how)}

Licence: MIT.
`;
}

/** The part of the adapter's card below the line that packing keeps. */
export function adapterCard(how) {
  return `<!-- Below this line the card is yours: \`graft adapter pack\` keeps it. -->

${state}

## What it reaches

${figures(how.gates)}

${limits}

${training(how)}
`;
}
