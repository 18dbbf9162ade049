import { Html } from './html.ts';
import { barsStyle } from './styles/bars.ts';
import { coloursStyle } from './styles/colours.ts';
import { curvesStyle } from './styles/curves.ts';
import { imagesStyle } from './styles/images.ts';
import { ladderStyle } from './styles/ladder.ts';
import { pageStyle } from './styles/page.ts';
import { tablesStyle } from './styles/tables.ts';

/** The style sheet of all pages. */
export const style = new Html(
  [coloursStyle, pageStyle, tablesStyle, barsStyle, imagesStyle, ladderStyle, curvesStyle]
    .map(({ text }) => text)
    .join(''),
);
