import { elementCount } from '@pip-graft/weights';
import { inMarkdown, inShell } from '../adapter/card-text.ts';
import type { Sensor } from './sensor.ts';
import { sensorCost, sensorParameters } from './sensor-parameters.ts';

/** The text of a sensor's `README.md`: what it tells apart, what it costs, whether it was trained. */
export function sensorCard({ name, config, training }: Sensor): string {
  const parameters = sensorParameters(config).reduce(
    (sum, { dims }) => sum + elementCount(dims),
    0,
  );
  const trained =
    training === null
      ? '**Untrained.** Its parameters are random; what it finds means nothing.'
      : `Trained:\n\n\`\`\`json\n${JSON.stringify(training, null, 2)}\n\`\`\``;
  return `# ${inMarkdown(name)}

Tells from an image which degradations it has: ${config.labels.map(inMarkdown).join(', ')}; none, one or several. A label acts from a probability of ${config.sure.from} on, and fully from ${config.sure.full}. ${parameters.toLocaleString('en-US')} parameters, ${Math.round(sensorCost(config))} multiply-adds a pixel.

${trained}

\`\`\`sh
npx graft apply HOST.onnx --adapter ADAPTER --auto ${inShell(`./${name}`)} -o OUT.onnx
\`\`\`
`;
}
