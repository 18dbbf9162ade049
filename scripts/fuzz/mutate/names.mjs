/**
 * Names and texts that code might trip over: keys of every object, a graft's names, damaged text.
 */
export const hostileNames = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'pip',
  'pip/level1/x',
  'pip_2/level1/x',
  'degradation',
  'strength',
  '\0',
  'a\nb',
  '\u{1f600}',
  '\ud800',
  '../x',
  'x'.repeat(70_000),
];
