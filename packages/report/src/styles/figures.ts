import { Html } from '../html.ts';

/** Bars of host and graft. */
export const barsStyle = new Html(`
.bars{margin:0}
.bars figcaption{font-size:14px;color:var(--soft);margin-bottom:8px;display:flex;justify-content:space-between;gap:10px}
.bars b{color:var(--ink);font-size:17px;flex:none}
.bar{display:grid;grid-template-columns:58px 1fr;align-items:center;font-size:13px;margin-bottom:6px;column-gap:8px}
.bar i{display:block;height:12px;border-radius:4px;background:var(--wire)}
.bar.grafted i{background:var(--leaf)}
.bar span:last-child{grid-column:2;color:var(--soft);font-variant-numeric:tabular-nums}
`);

/** Curves over the steps of a run. */
export const curvesStyle = new Html(`
.curve{width:100%;height:auto}
.curve text{fill:var(--soft);font-size:12px}
.curve line{stroke:var(--line)}
.curve path{fill:none;stroke:var(--wire)}
.curve path.mean{stroke:var(--leaf);stroke-width:2}
`);

/** The drawing of a network. */
export const ladderStyle = new Html(`
.ladder{width:100%;height:auto;display:block}
.ladder text{text-anchor:middle;font-family:inherit;fill:var(--ink)}
.plate{fill:var(--paper);stroke:var(--line)}
.plate-name{font-size:14px;font-weight:600}
.ladder .plate-size{font-size:12px;fill:var(--soft)}
.wire{fill:none;stroke:var(--wire);stroke-width:1.6}
.tip{fill:var(--wire)}
.join{fill:var(--card);stroke:var(--wire);stroke-width:1.6}
.join-sign{font-size:15px}
.graft{fill:var(--leaf)}
.ladder .graft-name{font-size:14px;font-weight:700;letter-spacing:.06em;fill:var(--leaf-ink)}
.ladder .graft-size{font-size:11px;fill:var(--leaf-ink)}
.settings{fill:none;stroke:var(--leaf);stroke-width:1.8;stroke-dasharray:3 5}
.ladder .settings-name{font-size:14px;font-weight:600;fill:var(--leaf)}
.rungs ol{display:none;margin:0;padding:0;list-style:none;gap:12px}
.rungs b{display:block;color:var(--leaf)}
@media screen and (max-width:560px){.ladder{display:none}.rungs ol{display:grid}}
`);
