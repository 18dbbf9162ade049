import { keepLearned, keepSensor, openRun, openSensorRun, runSteps } from '@pip-graft/train';
import { expect, it } from 'vitest';

// What programs in JavaScript pass, which have no compiler that tells them.
const any = (value: unknown) => value as never;
const host = any({ located: {} });
const request = { adapter: 'init', data: 'photos', output: 'out', stages: [] };
const run = any({ begun: {}, hostWeights: [], sensor: {} });
const ended = any({ state: {} });

const sensor = { options: {}, output: 'eye', data: 'photos' };

it.each([
  ['none were passed', sensor],
  ['passed, and an adapter too', { ...sensor, labels: ['rain'], adapter: 'rain' }],
])('labels of a sensor: %s', async (problem, given) => {
  await expect(openSensorRun(any(given))).rejects.toThrow(
    `labels of the sensor: ${problem}; give either labels`,
  );
});

it.each<[string, () => Promise<unknown>, string]>([
  ['openRun', () => openRun(any('host.onnx'), request), 'a host, which `openHost` returns,'],
  ['openRun', () => openRun(any(Promise.resolve(host)), request), 'a promise; await it'],
  ['openRun', () => openRun(host, any(undefined)), "'stages', 'output', 'adapter'"],
  ['openRun', () => openRun(host, any({ ...request, stages: 5 })), "'stages' is a list"],
  ['openRun', () => openRun(host, any({ ...request, stages: [5] })), 'passed a number'],
  ['openSensorRun', () => openSensorRun(any({ output: 'x' })), "'options' is an object"],
  ['runSteps', () => runSteps(any(host), {}, any({})), 'a run, which `openRun` returns,'],
  ['runSteps', () => runSteps(run, any(undefined), any({})), 'pace: it takes an object and'],
  ['runSteps', () => runSteps(run, {}, any({})), "'now' is a function and was passed undefined"],
  ['keepLearned', () => keepLearned(host, run, any(run), any({})), 'the result of `runSteps`'],
  ['keepLearned', () => keepLearned(host, run, ended, any('x')), "an object with 'name'"],
  ['keepSensor', () => keepSensor(run, ended, any({ name: 'x' })), "'folder' is text"],
])('%s says what it takes', async (name, call, message) => {
  await expect(call()).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message) as string,
  });
  await expect(call()).rejects.toThrow(name);
});
