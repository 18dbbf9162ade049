import { GraftError } from '@pip-graft/onnx-graft';

/**
 * `derain=rain,dehaze=haze` as a label for each task.
 *
 * Errors: `INVALID_ARGUMENT` for a part that is no TASK=LABEL, or a task that stands twice.
 */
export function parseMap(text: string): Record<string, string> {
  const map = new Map<string, string>();
  for (const part of text.split(',')) {
    const [task = '', label = '', ...rest] = part.split('=').map((word) => word.trim());
    if (task === '' || label === '' || rest.length > 0 || map.has(task)) {
      const why = map.has(task) ? `'${task}' stands twice` : 'expected TASK=LABEL,…';
      throw new GraftError('INVALID_ARGUMENT', `--map '${part}': ${why}, as derain=rain.`);
    }
    map.set(task, label);
  }
  return Object.fromEntries(map);
}
