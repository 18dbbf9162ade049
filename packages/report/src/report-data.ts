import type { ReportComparison, ReportMaps, ReportStrip, Validation } from '@pip-graft/validate';

/** Everything a report shows: plain data, so that any command or page can make one. */
export interface ReportData {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly summary: string;
  readonly models: readonly ReportModel[];
  /** What the entries are: grafted models that were validated (the default), or jobs of a conversion. */
  readonly subject?: 'model' | 'job';
  /** The bundled image's author and licence, the machine, versions: shown at the foot. */
  readonly notes?: readonly ReportFact[];
}

/** One grafted model, or one job. */
export interface ReportModel {
  readonly name: string;
  /** false: its adapter was never trained, and the report says so wherever the model appears; null: there is nothing that could be. */
  readonly trained: boolean | null;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly validation?: Validation;
  /** Two images of a kind, one over the other. */
  readonly comparisons?: readonly ReportComparison[];
  readonly strips: readonly ReportStrip[];
  /** Where the grafted model's images differ from the host's. */
  readonly differences?: ReportMaps;
  /** How strong the universal restoration prompt is at each place: an entry a level. */
  readonly promptMaps?: readonly ReportMaps[];
}

export interface ReportFact {
  readonly label: string;
  readonly value: string;
}

/** The network as a ladder: one rung a level, from full resolution down. */
export interface ReportLadder {
  readonly levels: readonly ReportLevel[];
  /** How settings reach the graft; left out when they are baked in. */
  readonly inputs?: readonly string[];
}

export interface ReportLevel {
  readonly level: number;
  readonly channels: number;
  /** Downsampling factor: 1, 2, 4, … */
  readonly scale: number;
  readonly join: 'concat' | 'add' | 'mul';
  /** What stands on this skip connection; left out where nothing was grafted. */
  readonly graft?: { readonly promptChannels: number; readonly promptSize: number };
}
