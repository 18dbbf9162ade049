// Texts that go with the weights: what they were trained on, who took the photos, and how.

/** The packages that the photos came from. */
function sourcesTable(sources) {
  const rows = sources.map(({ registry, package: name, version, photos }) => {
    const licences = [...new Set(photos.map(({ licence }) => licence))].join(', ');
    return `| ${registry === 'pypi' ? 'PyPI' : 'Debian'} | ${name} ${version} | ${photos.length} | ${licences} |`;
  });
  return `| | package | photos | licence |
|---|---|---|---|
${rows.join('\n')}

They were shrunk and cut into 106 tiles. Each photo with its author and licence: [NOTICE](NOTICE). No photo is part of this package.`;
}

/** Photo by photo, as CC BY requires. */
export function notice(sources) {
  const lines = sources.flatMap(({ package: name, version, photos }) => [
    `${name} ${version}`,
    ...photos.map(({ path, author, licence, origin }) =>
      [`  ${path.split('/').at(-1)}`, author, licence, origin].filter(Boolean).join(', '),
    ),
    '',
  ]);
  return `The weights in this package were trained on these photographs, cut to patches and degraded. The
photographs themselves are not part of it.

${lines.join('\n')}`;
}

const command = 'npm run default-adapter';

function took({ machine, made }, what) {
  const { seconds, training } = made[what];
  const { steps, batch, patch, seed } = training;
  return `Made by \`${command}\`: seed ${seed}, ${steps} steps of ${batch} patches of ${patch} pixels, ${Math.round(seconds / 60)} minutes on one of ${machine}, beside other work. On one machine the same command gives the same bytes.`;
}

function sensorOf({ made }) {
  const { seconds, training, accuracy } = made.sensor;
  const { steps, batch, patch, seed } = training;
  return `seed ${seed}, ${steps} steps of ${batch} patches of ${patch} pixels, ${Math.round(seconds / 60)} minutes; ${(100 * accuracy).toFixed(0)} % of the last patches right.`;
}

export function backboneCard(sources, how) {
  return `# @pip-graft/backbone-nafnet-tiny

A NAFNet of 407,603 parameters (width 16, blocks 1 1 1, 2, 1 1 1) that takes Gaussian noise of σ 15 to 50 out of photographs, as ONNX in float16. Small enough for a test or a page; not a network to publish figures with. It is the base of \`@pip-graft/adapter-nafnet-tiny\`, which adds rain, haze, blur and low light.

\`\`\`sh
npm install @pip-graft/backbone-nafnet-tiny @pip-graft/adapter-nafnet-tiny @pip-graft/cli
npx graft apply node_modules/@pip-graft/backbone-nafnet-tiny/model.onnx --adapter @pip-graft/adapter-nafnet-tiny -o restorer.onnx
npx graft restore restorer.onnx photo.jpg -o restored --degradation rain=1
\`\`\`

Input \`input\`, output \`output\`: float32 (batch, 3, height, width), RGB, 0 to 1, any size.

## Training

${took(how, 'host')}

\`\`\`json
${JSON.stringify(how.made.host.training, null, 2)}
\`\`\`

${sourcesTable(sources)}

Licence: MIT.
`;
}

/** The part of the adapter's card below the line that packing keeps. */
export function adapterCard(sources, how) {
  return `<!-- Below this line the card is yours: \`graft adapter pack\` keeps it. -->

## What to expect

Rain, haze and low light become visibly better. Blur it leaves much as it is. Noise alone is removed better by the backbone by itself, which was trained for nothing else: use strength 0 there. Large images and heavy degradations are beyond a network this small. [Figures on public test pairs](https://github.com/pip-graft/pip-graft/blob/main/docs/benchmarks/default-adapter.md).

## How it was trained

On \`@pip-graft/backbone-nafnet-tiny\`, whose weights did not change. ${took(how, 'adapter')}

Its sensor, which finds the label where the caller gives none (\`graft apply --auto\`): ${sensorOf(how)}

${sourcesTable(sources)}

Degradations were made: Gaussian noise of σ 15, 25 and 50; rain streaks; haze by the scattering model; motion and defocus blur; low light with noise.
`;
}
