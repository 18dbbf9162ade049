import type { Validation } from '../validate/verdict.ts';

/** Everything a report shows: plain data, so that any command or page can make one. */
export interface ReportData {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly summary: string;
  readonly models: readonly ReportModel[];
  /** The bundled picture's author and licence, the machine, versions: shown at the foot. */
  readonly notes?: readonly ReportFact[];
}

/** One grafted model. */
export interface ReportModel {
  readonly name: string;
  /** false: its adapter was never trained, and the report says so wherever the model appears. */
  readonly trained: boolean;
  readonly facts: readonly ReportFact[];
  readonly ladder: ReportLadder;
  readonly validation?: Validation;
  readonly strips: readonly ReportStrip[];
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

/** Pictures that belong side by side, as one degradation at several settings. */
export interface ReportStrip {
  readonly title: string;
  readonly detail?: string;
  readonly pictures: readonly ReportPicture[];
}

export interface ReportPicture {
  readonly caption: string;
  /** A figure under the caption, as "27.9 dB". */
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly bytes: Uint8Array;
}
