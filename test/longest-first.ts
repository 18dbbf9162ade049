import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first: one that started last would run alone at the end. */
const longest = [
  'train/test/graph/training-graph',
  'cli/test/commands/train',
  'cli/test/train-guide',
  'cli/test/commands/flow',
  'cli/test/guides',
  'cli/test/convert/guide',
  'exports/matrix',
  'cuda/check',
  'cuda-kernels',
  'cli/test/commands/convert',
  'cli/test/commands/restore',
  'cli/test/commands/shard',
  'validate/test/validate-graft',
  'cli/test/blind-guide',
  'exports/trained',
  'cli/test/commands/',
  'cli/test/',
  'test/browser/',
  'test/release/',
  'train/test/',
];

/** Runs slow files first, so that all cores are busy to the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((part) => moduleId.includes(`${part}`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
