import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';
import { pageHead } from './text/report-heads.ts';

/**
 * Puts the two images of each comparison on top of each other and lets the range input move the edge.
 * Without scripts they are side by side. The page's content security policy has the script's hash.
 */
export const sliderScript = new Html(`
for (const box of document.querySelectorAll('.compare')) {
  const range = box.querySelector('input');
  const show = () => {
    box.style.setProperty('--at', range.value + '%');
    range.setAttribute('aria-valuetext', range.value + ' % ' + range.dataset.before);
  };
  range.addEventListener('input', show);
  range.hidden = false;
  box.classList.add('live');
  show();
}
`);

/** The parts of a page; all pages share one style and one content security policy. */
export interface PageParts {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer?: Html | undefined;
  /** The only script allowed to run; default: none. */
  readonly script?: Html;
}

/** A self-contained HTML page: no other files, no network, printable. */
export function page({ title, header, main, footer, script }: PageParts): string {
  return html`${new Html(pageHead)} img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'${script && html`; script-src 'sha256-${digest(script)}'`}">
<title>${title}</title><style>${style}</style></head>
<body><header>${header}</header><main>${main}</main>
${footer && html`<footer>${footer}</footer>`}${script && html`<script>${script}</script>`}</body></html>
`.text;
}

function digest({ text }: Html): Html {
  // Base64 needs no escaping, and character references in a policy are valid anyway.
  return html`${createHash('sha256').update(text).digest('base64')}`;
}

/** Colours by role: light, dark if the screen prefers it; paper is white. */
const coloursStyle = new Html(`
:root{color-scheme:light dark;--paper:#f7f6f1;--card:#fffefb;--ink:#22281f;--soft:#5d6657;--line:#dcdccf;--leaf:#2f6f3e;--leaf-ink:#fff;--leaf-pale:#e4efdf;--good:#23683a;--bad:#a8321f;--bad-pale:#fbe9e4;--amber:#7a5200;--amber-pale:#fdf1d3;--wire:#8b9384}
@media screen and (prefers-color-scheme:dark){:root{--paper:#12160f;--card:#1a1f17;--ink:#e8ebe2;--soft:#a3ad9a;--line:#333b2e;--leaf:#8fce8b;--leaf-ink:#10200f;--leaf-pale:#22331f;--good:#93d59b;--bad:#ff9c86;--bad-pale:#3a1c15;--amber:#f3cd7c;--amber-pale:#332710;--wire:#76806d}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff}}
`);

/** Everything except tables, bars, images and drawings. */
const pageStyle = new Html(`
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

/** Bars of host and graft. */
const barsStyle = new Html(`
.bars{margin:0}
.bars figcaption{font-size:14px;color:var(--soft);margin-bottom:8px;display:flex;justify-content:space-between;gap:10px}
.bars b{color:var(--ink);font-size:17px;flex:none}
.bar{display:grid;grid-template-columns:58px 1fr;align-items:center;font-size:13px;margin-bottom:6px;column-gap:8px}
.bar i{display:block;height:12px;border-radius:4px;background:var(--wire)}
.bar.grafted i{background:var(--leaf)}
.bar span:last-child{grid-column:2;color:var(--soft);font-variant-numeric:tabular-nums}
`);

/** Curves over the steps of a run. */
const curvesStyle = new Html(`
.curve{width:100%;height:auto}
.curve text{fill:var(--soft);font-size:12px}
.curve line{stroke:var(--line)}
.curve path{fill:none;stroke:var(--wire)}
.curve path.mean{stroke:var(--leaf);stroke-width:2}
`);

/** The drawing of a network. */
const ladderStyle = new Html(`
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

/** Images in strips, comparisons and heat maps. */
const imagesStyle = new Html(`
.strip{margin:0 0 30px}
.strip p{margin:0;color:var(--soft);font-size:15px}
.images{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(200px,1fr);gap:12px;overflow-x:auto;margin-top:10px;padding-bottom:6px}
.images figure{margin:0;max-width:420px}
.images img{display:block;width:100%;height:auto;border-radius:8px;background:var(--line)}
.images figcaption{display:flex;justify-content:space-between;gap:8px;font-size:14px;padding-top:6px}
.images figcaption span{flex:none;color:var(--soft);font-variant-numeric:tabular-nums}
figcaption{overflow-wrap:break-word}
@media screen and (max-width:560px){.images{grid-auto-flow:row;grid-template-columns:1fr 1fr;overflow:visible}.images figcaption{display:block}.comparisons{gap:20px}}
.maps img{image-rendering:pixelated}
.legend{display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px;font-size:14px;margin-top:8px!important;font-variant-numeric:tabular-nums}
.legend i{flex:0 1 200px;min-width:80px;height:12px;border-radius:4px}
.legend span:last-child{flex:1 1 14em}
.comparisons{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(310px,100%),1fr));gap:26px 22px;margin-bottom:36px}
.comparisons>:only-child{max-width:480px}
.stage{position:relative;display:grid;grid-template-columns:1fr 1fr;gap:12px;margin-top:10px}
.stage figure{margin:0;min-width:0}
.stage img{display:block;width:100%;height:auto;border-radius:8px;background:var(--line)}
.stage figcaption{font-size:14px;padding-top:6px}
.stage figcaption span{color:var(--soft);font-variant-numeric:tabular-nums}
.stage input,.edge{display:none}
@media screen{
.live .stage{grid-template-columns:1fr;gap:0}
.live figure{grid-area:1/1}
.live .before{position:relative;z-index:1;pointer-events:none}
.live .before img{clip-path:inset(0 calc(100% - var(--at)) 0 0)}
.live figcaption{width:50%;padding-right:8px}
.live .after figcaption{margin-left:auto;text-align:right;padding:6px 0 0 8px}
.live input{display:block;position:absolute;z-index:3;top:0;left:0;width:100%;aspect-ratio:var(--ratio);margin:0;opacity:0;cursor:ew-resize;touch-action:pan-y}
.live input::-webkit-slider-thumb{width:1px}
.live input::-moz-range-thumb{width:1px;border:0}
.live .edge{display:block;position:absolute;z-index:2;top:0;left:0;width:100%;aspect-ratio:var(--ratio);overflow:hidden;border-radius:8px;pointer-events:none}
.edge i{position:absolute;top:0;bottom:0;left:var(--at);width:3px;margin-left:-1.5px;background:#fff;box-shadow:0 0 0 1px #0007}
.edge i::after{content:"↔";position:absolute;top:50%;left:50%;width:38px;height:38px;margin:-19px;border-radius:50%;background:#fff;color:#22281f;box-shadow:0 0 0 1px #0005,0 2px 8px #0004;font:600 19px/36px system-ui,sans-serif;text-align:center}
.live input:focus-visible+.edge{outline:3px solid var(--leaf);outline-offset:3px;overflow:hidden}
.live input:focus-visible+.edge i::after{background:var(--leaf);color:var(--leaf-ink)}
}
@media print{.images{grid-auto-flow:row;grid-template-columns:repeat(4,1fr);overflow:visible}.comparisons{grid-template-columns:1fr}}
`);

/** Tables in scrolling frames, and their cells. */
const tablesStyle = new Html(`
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:14px;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:10px 14px;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:13px;color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;min-width:11.5em;overflow-wrap:break-word}
caption{text-align:left;font-size:14px;color:var(--soft);padding:12px 16px;border-bottom:1px solid var(--line)}
.scroll>table>caption span{display:block;position:sticky;left:16px;width:fit-content;max-width:min(1020px,calc(100vw - 72px))}
.prose{color:var(--soft);min-width:20em;overflow-wrap:break-word}
thead .prose{min-width:0}
.scroll+.scroll{margin-top:18px}
small{display:block;font-size:13px;color:var(--soft);font-weight:400}
.share{display:inline-block;vertical-align:middle;width:64px;height:8px;border-radius:3px;margin-right:10px;background:linear-gradient(to right,var(--leaf) var(--part),var(--line) var(--part))}
.share.over{background:linear-gradient(to right,var(--bad) var(--part),var(--line) var(--part))}
.matrices{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(400px,100%),1fr));gap:18px;align-items:start;margin-bottom:18px}
.matrices>.scroll{margin:0}
.heat th,.heat td{padding:7px 9px;text-align:center;font-size:14px}
.heat tbody th{text-align:left;min-width:0;padding-left:16px;color:var(--soft);font-size:13px;white-space:nowrap}
.heat tbody td{font-variant-numeric:tabular-nums;background:color-mix(in srgb,var(--leaf) var(--tint,0%),var(--card))}
.heat tbody td.opposite{background:color-mix(in srgb,var(--amber) var(--tint,0%),var(--card))}
@media screen and (max-width:560px){
table:not(.heat),table:not(.heat) :is(caption,tbody,tr,th){display:block}
table:not(.heat) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table:not(.heat) tr{padding:12px 16px;border-bottom:1px solid var(--line)}
table:not(.heat) tr:last-child{border-bottom:0}
table:not(.heat) :is(tbody th,td){border:0;padding:2px 0;min-width:0;overflow-wrap:anywhere;white-space:normal}
table:not(.heat) td{display:grid;grid-template-columns:9em minmax(0,1fr);gap:10px;text-align:left}
table:not(.heat) td::before{content:attr(data-head);color:var(--soft);font-size:14px}
table:not(.heat) td>.badge{justify-self:start}
table:not(.heat) td.prose{display:block}
table:not(.heat) td.prose::before{display:none}
table:not(.heat) td:is(:empty,[data-none]){display:none}
.heat :is(th,td){padding:6px 4px;font-size:12px}
.heat tbody th{padding-left:10px;font-size:12px}
}
@media print{.scroll{overflow:visible}}
.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
`);

/** The style sheet of all pages. */
export const style = new Html(
  [coloursStyle, pageStyle, tablesStyle, barsStyle, imagesStyle, ladderStyle, curvesStyle]
    .map(({ text }) => text)
    .join(''),
);
