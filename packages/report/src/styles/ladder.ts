import { Html } from '../html.ts';

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
