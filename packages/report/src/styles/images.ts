import { Html } from '../html.ts';

/** Images in strips, comparisons and heat maps. */
export const imagesStyle = new Html(`
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
