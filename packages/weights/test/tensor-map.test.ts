import { emptyRecord } from '@pip-graft/weights';
import { expect, it } from 'vitest';

it.each(['constructor', '__proto__', 'weight'])('an empty record takes the name %s', (name) => {
  const record = emptyRecord<number>();
  record[name] = 2;
  expect(record[name]).toBe(2);
  expect(Object.keys(record)).toEqual([name]);
});
