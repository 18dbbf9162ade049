import { Html } from './html.ts';

/** The report's only style sheet. Colours are named by role and swapped for dark screens. */
export const style = new Html(`
:root{color-scheme:light dark;--paper:#f7f6f1;--card:#fffefb;--ink:#22281f;--soft:#5d6657;--line:#dcdccf;--leaf:#2f6f3e;--leaf-ink:#fff;--leaf-pale:#e4efdf;--good:#23683a;--bad:#a8321f;--bad-pale:#fbe9e4;--amber:#7a5200;--amber-pale:#fdf1d3;--wire:#8b9384}
@media (prefers-color-scheme:dark){:root{--paper:#12160f;--card:#1a1f17;--ink:#e8ebe2;--soft:#a3ad9a;--line:#333b2e;--leaf:#8fce8b;--leaf-ink:#10200f;--leaf-pale:#22331f;--good:#93d59b;--bad:#ff9c86;--bad-pale:#3a1c15;--amber:#f3cd7c;--amber-pale:#332710;--wire:#76806d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 28px}
header{padding-top:56px}
.brand{display:flex;align-items:center;gap:10px;color:var(--leaf);font-weight:600;letter-spacing:.01em;margin:0 0 34px}
.brand svg{width:26px;height:26px}
h1{font:600 clamp(30px,4.6vw,50px)/1.12 Georgia,"Iowan Old Style","Palatino Linotype","Noto Serif",serif;letter-spacing:-.015em;margin:0 0 18px;max-width:21em;text-wrap:balance}
.lead{color:var(--soft);font-size:18px;max-width:44em;margin:0 0 26px}
.caution{display:flex;gap:14px;background:var(--amber-pale);color:var(--amber);border-radius:12px;padding:16px 20px;max-width:60em;margin:0 0 36px}
.caution b{white-space:nowrap}
h2{font:600 32px/1.2 Georgia,"Iowan Old Style","Palatino Linotype","Noto Serif",serif;letter-spacing:-.01em;margin:0}
h3{font-size:13px;text-transform:uppercase;letter-spacing:.09em;color:var(--soft);margin:44px 0 14px}
h4{font-size:18px;margin:0 0 2px}
.model{border-top:1px solid var(--line);margin-top:64px;padding-top:40px}
.model>.title{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin-bottom:26px}
.badge{display:inline-block;border-radius:99px;padding:2px 11px 2px 9px;font-size:14px;font-weight:600;white-space:nowrap;background:var(--line);color:var(--soft)}
.badge.passed{background:var(--leaf-pale);color:var(--good)}
.badge.failed{background:var(--bad-pale);color:var(--bad)}
.badge.untrained{background:var(--amber-pale);color:var(--amber)}
.over{display:grid;grid-template-columns:minmax(0,1.75fr) minmax(250px,1fr);gap:28px}
.over>.card{display:grid;align-content:center;overflow-x:auto}
.measured{margin-top:28px;display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:24px 56px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px}
dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:7px 18px;font-size:15px}
dt{color:var(--soft)}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:14px;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:10px 16px;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:13px;color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;min-width:11em}
.checks td:last-child{color:var(--soft);min-width:22em;overflow-wrap:anywhere}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
a{color:var(--leaf);text-underline-offset:3px}
.bars{margin:0}
.bars figcaption{font-size:14px;color:var(--soft);margin-bottom:8px;display:flex;justify-content:space-between;gap:10px}
.bars b{color:var(--ink);font-size:17px}
.bar{display:grid;grid-template-columns:58px 1fr;align-items:center;font-size:13px;margin-bottom:6px;column-gap:8px}
.bar i{display:block;height:12px;border-radius:4px;background:var(--wire)}
.bar.grafted i{background:var(--leaf)}
.bar span:last-child{grid-column:2;color:var(--soft);font-variant-numeric:tabular-nums}
.strip{margin:0 0 30px}
.strip p{margin:0;color:var(--soft);font-size:15px}
.pictures{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(200px,1fr);gap:12px;overflow-x:auto;margin-top:10px;padding-bottom:6px}
.pictures figure{margin:0}
.pictures img{display:block;width:100%;height:auto;border-radius:8px;background:var(--line)}
.pictures figcaption{display:flex;justify-content:space-between;gap:8px;font-size:14px;padding-top:6px}
.pictures figcaption span{color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap}
.ladder{width:100%;min-width:400px;height:auto;display:block}
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
footer{margin-top:72px;padding-top:26px;padding-bottom:64px;color:var(--soft);font-size:14px;border-top:1px solid var(--line)}
footer dl{grid-template-columns:max-content 1fr;font-size:14px}
footer dd{text-align:left}
@media (max-width:820px){.over{grid-template-columns:minmax(0,1fr)}header{padding-top:32px}main,header,footer{padding-left:18px;padding-right:18px}.caution,.caution b{display:block}}
@media print{.pictures{grid-auto-flow:row;grid-template-columns:repeat(4,1fr)}body{background:#fff}}
`);
