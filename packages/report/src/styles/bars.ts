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
