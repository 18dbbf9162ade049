import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { command as adapterImport } from '../../src/commands/adapter-import.ts';
import { command as adapterInit } from '../../src/commands/adapter-init.ts';
import { command as apply } from '../../src/commands/apply.ts';
import { command as convert } from '../../src/commands/convert.ts';
import { command as evaluate } from '../../src/commands/eval.ts';
import { command as restore } from '../../src/commands/restore.ts';
import { command as train } from '../../src/commands/train.ts';

const lists: [string, () => Command, string, string[], unknown][] = [
  ['restore', restore, '--degradation', ['rain', 'haze=0.5'], 'rain,haze=0.5'],
  ['eval', evaluate, '--degradation', ['rain', 'haze=0.5'], 'rain,haze=0.5'],
  ['eval', evaluate, '--map', ['a=rain', 'b=haze'], 'a=rain,b=haze'],
  ['apply', apply, '--bake', ['rain', 'haze'], 'rain,haze'],
  ['apply', apply, '--sites', ['1', '3'], '1,3'],
  ['convert', convert, '--only', ['host', 'rain'], 'host,rain'],
  ['adapter init', adapterInit, '--labels', ['rain', 'haze'], 'rain+haze'],
  ['adapter import', adapterImport, '--labels', ['rain', 'haze'], 'rain+haze'],
  ['train', train, '--labels', ['rain', 'haze+blur'], ['rain', 'haze', 'blur']],
  ['train', train, '--label-shares', ['rain=2', 'haze=3'], { rain: 2, haze: 3 }],
];

it.each(lists)(
  '%s: an option that takes a list may be repeated',
  (_name, make, flag, given, all) => {
    const option = make().options.find(({ long }) => long === flag);
    let value: unknown;
    for (const text of given) value = option!.parseArg!(text, value);
    expect(value).toEqual(all);
  },
);
