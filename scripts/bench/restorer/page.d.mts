import type { Gate } from './gate.mjs';

export declare function gateLine(gate: Gate): string;
export declare function page(result: object): string;
