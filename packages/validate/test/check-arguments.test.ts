import { evaluate, explainGraft, validateGraft } from '@pip-graft/validate';
import { expect, it } from 'vitest';

// What programs in JavaScript pass, which have no compiler that tells them.
const any = (value: unknown) => value as never;

it.each<[string, (value: never) => Promise<unknown>, string]>([
  ['validateGraft', validateGraft, "an object with 'grafted' and was passed a string"],
  ['explainGraft', explainGraft, "an object with 'grafted' and was passed a string"],
  ['evaluate', evaluate, "an object with 'model', 'tasks' and was passed a string"],
])('%s says what it takes', async (name, call, message) => {
  await expect(call(any('grafted.onnx'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(`${name}: it takes ${message}`) as string,
  });
});
