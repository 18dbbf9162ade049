import { Html } from '../html.ts';

/** Curves over the steps of a run. */
export const curvesStyle = new Html(`
.curve{width:100%;height:auto}
.curve text{fill:var(--soft);font-size:12px}
.curve line{stroke:var(--line)}
.curve path{fill:none;stroke:var(--wire)}
.curve path.mean{stroke:var(--leaf);stroke-width:2}
`);
