import type { ReportComparison, ReportMaps, ReportStrip, Validation } from '@pip-graft/validate';

/** The content of a report: plain data, so that any command or page can build one. */
export interface ReportData {
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly summary: string;
  readonly models: readonly ReportModel[];
  /** Kind of the entries: validated grafted models (the default) or jobs of a conversion. */
  readonly subject?: 'model' | 'job';
  /** Author and licence of the bundled image, machine and versions, shown in the footer. */
  readonly notes?: readonly ReportFact[];
}

/** One grafted model, or one job. */
export interface ReportModel {
  readonly name: string;
  /** false: the adapter is untrained, and the report says so wherever the model appears; null: there is no adapter. */
  readonly trained: boolean | null;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly validation?: Validation;
  /** Pairs of images, before and after. */
  readonly comparisons?: readonly ReportComparison[];
  readonly strips: readonly ReportStrip[];
  /** Where the grafted model's images differ from the host's. */
  readonly differences?: ReportMaps;
  /** Strength of the universal restoration prompt at each position, one entry per level. */
  readonly promptMaps?: readonly ReportMaps[];
}

export interface ReportFact {
  readonly label: string;
  readonly value: string;
}

/** The network as a ladder: one rung per level, from full resolution down. */
export interface ReportLadder {
  readonly levels: readonly ReportLevel[];
  /** How settings reach the graft; undefined if they are baked in. */
  readonly inputs?: readonly string[];
}

export interface ReportLevel {
  readonly level: number;
  readonly channels: number;
  /** Downsampling factor: 1, 2, 4, … */
  readonly scale: number;
  readonly join: 'concat' | 'add' | 'mul';
  /** The graft on this skip connection; undefined without one. */
  readonly graft?: { readonly promptChannels: number; readonly promptSize: number };
}
