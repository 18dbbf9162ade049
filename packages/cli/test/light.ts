import { full } from '@pip-graft/test-utils';

const small = ['--dim', '8', '--blocks', '1,1', '--decoder', '1,1'];
const threaded = ['validate', 'eval'];

/**
 * The words of a guide's command with a smaller network, a tenth of the training steps, and one
 * thread, so that a guide takes seconds. With `npm run test:full` they are unchanged.
 */
export function light(words: readonly string[]): string[] {
  if (full) return [...words];
  const [command = ''] = words;
  if (words.slice(0, 3).join(' ') === 'backbone build nafnet-small') return [...words, ...small];
  if (threaded.includes(command)) return [...words, '--threads', '1'];
  if (command !== 'train' || words[1] === 'preview') return [...words];
  const fewer = words.map((word, at) =>
    words[at - 1] === '--steps'
      ? `${Number(word) / 10}`
      : word.replace(/^steps=(\d+)/, (_, steps) => `steps=${Number(steps) / 10}`),
  );
  return [...fewer, '--threads', '1'];
}
