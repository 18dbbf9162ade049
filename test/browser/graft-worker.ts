/// <reference lib="dom" />
import { graftBytes } from './graft-bytes.ts';

self.onmessage = ({ data }: MessageEvent<Uint8Array>) => self.postMessage(graftBytes(data));
