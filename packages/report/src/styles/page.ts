import { Html } from '../html.ts';

/** Colours by role: light, dark if the screen prefers it; paper is white. */
export const coloursStyle = new Html(`
:root{color-scheme:light dark;--paper:#f7f6f1;--card:#fffefb;--ink:#22281f;--soft:#5d6657;--line:#dcdccf;--leaf:#2f6f3e;--leaf-ink:#fff;--leaf-pale:#e4efdf;--good:#23683a;--bad:#a8321f;--bad-pale:#fbe9e4;--amber:#7a5200;--amber-pale:#fdf1d3;--wire:#8b9384}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12160f;--card:#1a1f17;--ink:#e8ebe2;--soft:#a3ad9a;--line:#333b2e;--leaf:#8fce8b;--leaf-ink:#10200f;--leaf-pale:#22331f;--good:#93d59b;--bad:#ff9c86;--bad-pale:#3a1c15;--amber:#f3cd7c;--amber-pale:#332710;--wire:#76806d}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff}}
`);

/** Everything except tables, bars, images and drawings. */
export const pageStyle = new Html(`
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 28px}
header{padding-top:56px}
.brand{display:flex;align-items:center;gap:10px;color:var(--leaf);font-weight:600;letter-spacing:.01em;margin:0 0 34px}
.brand svg{width:26px;height:26px}
h1,h2,h4,.lead,.brand,.caution{overflow-wrap:break-word;min-width:0;max-width:100%}
h1{font:600 clamp(26px,4.6vw,50px)/1.12 Georgia,"Iowan Old Style","Palatino Linotype","Noto Serif",serif;letter-spacing:-.015em;margin:0 0 18px;max-width:21em;text-wrap:balance}
.lead{color:var(--soft);font-size:18px;max-width:44em;margin:0 0 26px}
.caution{display:flex;gap:14px;background:var(--amber-pale);color:var(--amber);border-radius:12px;padding:16px 20px;max-width:60em;margin:0 0 36px}
.caution b{white-space:nowrap}
h2{font:600 32px/1.2 Georgia,"Iowan Old Style","Palatino Linotype","Noto Serif",serif;letter-spacing:-.01em;margin:0}
h3{font-size:13px;text-transform:uppercase;letter-spacing:.09em;color:var(--soft);margin:44px 0 14px}
h2.label{font-family:inherit;font-size:13px;line-height:1.55;text-transform:uppercase;letter-spacing:.09em;color:var(--soft);margin:44px 0 14px}
h4{font-size:18px;line-height:1.35;margin:0 0 2px}
.hint{color:var(--soft);font-size:15px;max-width:46em;margin:0 0 16px}
:focus-visible{outline:3px solid var(--leaf);outline-offset:3px}
.failures{list-style:none;margin:0 0 28px;padding:16px 20px;display:grid;gap:8px;background:var(--bad-pale);color:var(--bad);border-radius:12px;overflow-wrap:anywhere}
.failures b{margin-right:6px}
.failures.skipped{background:var(--card);color:var(--soft)}
.model{border-top:1px solid var(--line);margin-top:64px;padding-top:40px}
.model>.title{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin-bottom:26px}
.badge{display:inline-block;border-radius:99px;padding:2px 11px 2px 9px;font-size:14px;font-weight:600;white-space:nowrap;background:var(--line);color:var(--soft)}
.badge.passed{background:var(--leaf-pale);color:var(--good)}
.badge.failed{background:var(--bad-pale);color:var(--bad)}
.badge.untrained{background:var(--amber-pale);color:var(--amber)}
.over{margin-top:28px;display:grid;grid-template-columns:minmax(0,1.75fr) minmax(250px,1fr);gap:28px}
.over>.card{display:grid;align-content:center;gap:28px;overflow-x:auto}
.measured{margin-top:28px;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr));gap:24px 48px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px}
dl{margin:0;display:grid;grid-template-columns:fit-content(45%) minmax(0,1fr);gap:7px 18px;font-size:15px}
dt{color:var(--soft);overflow-wrap:break-word;min-width:0}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:break-word;min-width:0}
details{margin:18px 0}
details>summary{cursor:pointer;color:var(--soft)}
summary>h3{display:inline;margin:0}
details[open]>summary{margin-bottom:14px}
.digests{margin:14px 0 0;font-size:15px}
.digests dd{overflow-wrap:anywhere}
a{color:var(--leaf);text-underline-offset:3px}
footer{margin-top:72px;padding-top:26px;padding-bottom:64px;color:var(--soft);font-size:14px;border-top:1px solid var(--line)}
footer dl{grid-template-columns:minmax(0,max-content) minmax(0,1fr);font-size:14px}
footer dd{text-align:left}
@media (max-width:820px){.over{grid-template-columns:minmax(0,1fr)}header{padding-top:32px}main,header,footer{padding-left:18px;padding-right:18px}.caution,.caution b{display:block}}
@media (max-width:560px){h2{font-size:26px}dd{text-align:left}.card{padding:16px}.model{margin-top:40px;padding-top:28px}}
@media print{details::details-content{display:block;content-visibility:visible}body{background:#fff;font-size:12px}header{padding-top:0}.model{break-before:page;border:0;margin-top:0;padding-top:0}.card,.strip,.compare,tr,figure,.failures{break-inside:avoid}h2,h3,h4{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`);
