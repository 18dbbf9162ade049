import { Html } from '../html.ts';

/** Colours by role: light, dark if the screen prefers it; paper is white. */
export const coloursStyle = new Html(`
:root{color-scheme:light dark;--paper:#f7f6f1;--card:#fffefb;--ink:#22281f;--soft:#5d6657;--line:#dcdccf;--leaf:#2f6f3e;--leaf-ink:#fff;--leaf-pale:#e4efdf;--good:#23683a;--bad:#a8321f;--bad-pale:#fbe9e4;--amber:#7a5200;--amber-pale:#fdf1d3;--wire:#8b9384}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12160f;--card:#1a1f17;--ink:#e8ebe2;--soft:#a3ad9a;--line:#333b2e;--leaf:#8fce8b;--leaf-ink:#10200f;--leaf-pale:#22331f;--good:#93d59b;--bad:#ff9c86;--bad-pale:#3a1c15;--amber:#f3cd7c;--amber-pale:#332710;--wire:#76806d}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff}}
`);
