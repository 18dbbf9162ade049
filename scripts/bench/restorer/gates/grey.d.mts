import type { Planes } from '../classical/index.mjs';
import type { Gate } from '../gate.mjs';
import type { Subject } from '../subject.mjs';

export declare function greyGates(subject: Subject): Promise<Gate[]>;
export declare function rangeOf(image: Planes, border: number): number;
