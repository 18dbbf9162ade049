import { adapter } from './adapter.mjs';
import { checkpoint } from './checkpoint.mjs';
import { externalData } from './external.mjs';
import { fixture } from './fixture.mjs';
import { onnx } from './onnx.mjs';
import { safetensors } from './safetensors.mjs';
import { stamp } from './stamp.mjs';

/** What is fuzzed; `share` of the cases goes to each. */
export const targets = [onnx, fixture, stamp, externalData, safetensors, adapter, checkpoint];
