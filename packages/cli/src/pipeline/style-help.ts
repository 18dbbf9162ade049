import { styleText } from 'node:util';
import type { HelpConfiguration } from 'commander';

/** The look of help; commander takes the colours out again where none can be shown. */
export const helpStyles: HelpConfiguration = {
  styleTitle: (title) => styleText('bold', title),
  styleOptionTerm: (term) => styleText('cyan', term),
  styleSubcommandTerm: (term) => styleText('cyan', term),
  styleArgumentTerm: (term) => styleText('cyan', term),
};
