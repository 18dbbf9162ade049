/// <reference lib="dom" />
import * as runtime from 'onnxruntime-web/wasm';
import { type Scope, serve } from './serve.ts';

// onnxruntime starts its threads from this file too; they must not serve.
if (!self.name.startsWith('em-pthread')) serve(self as unknown as Scope, runtime, 'wasm');
