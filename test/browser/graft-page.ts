import { graftBytes } from './graft-bytes.ts';

export { doors } from './graft-bytes.ts';

Object.assign(globalThis, { graftBytes });
