import { Html } from '../html.ts';

/** Tables in scrolling frames, and their cells. */
export const tablesStyle = new Html(`
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
