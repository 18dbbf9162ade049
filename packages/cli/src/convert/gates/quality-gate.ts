import { resolve } from 'node:path';
import { lookAt } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import type { Verdict } from '@pip-graft/validate';
import { parseDegrade, parseWeights } from '../../options/parse-weights.ts';
import type { GatesConfig } from '../config/schema.ts';
import { atLeast, judge } from './judge.ts';

type Wanted = NonNullable<GatesConfig['quality']>[number];

/** What a model reaches on pictures, as `graft eval` measures it: the average PSNR over tasks. */
export async function qualityGate(
  path: string,
  folder: string,
  wanted: Wanted,
  onStep: (task: string, done: number, total: number) => void,
): Promise<Verdict> {
  const { data, degrade, degradation, limit, psnr } = wanted;
  const name = ['quality', data, degrade].filter(Boolean).join(' ');
  return judge(name, async () => {
    const { evaluate, findTasks } = await import('@pip-graft/validate');
    const opened = openModel(path);
    const { sizeMultiple, graft } = lookAt(opened.model);
    opened.close();
    const { tasks, problems } = await findTasks(resolve(folder, data), {
      ...(degrade === undefined ? {} : { degrade: [parseDegrade(degrade)] }),
      ...(limit === undefined ? {} : { limit }),
    });
    const labels = graft?.inputs ? graft.labels : [];
    const found = await evaluate({
      model: path,
      tasks,
      sizeMultiple,
      ...(degradation === undefined ? {} : { degradation: parseWeights(degradation, labels) }),
      onStep,
    });
    const unread = [...problems, ...found.problems];
    if (unread.length > 0) {
      const [first] = unread;
      const detail = `${unread.length} pictures could not be measured, as ${first!.image ?? first!.task}: ${first!.reason}`;
      return { status: 'failed', measured: null, limit: psnr, detail };
    }
    const mean = (found.average?.grafted ?? found.average?.host)?.psnr ?? Number.NaN;
    const pictures = tasks.reduce((sum, { pairs }) => sum + pairs.length, 0);
    return atLeast(mean, psnr, `dB on average over ${pictures} pictures; at least the limit.`);
  });
}
