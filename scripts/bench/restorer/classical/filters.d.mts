type Plane = Float32Array;

export declare function boxMean(plane: Plane, width: number, height: number, r: number): Plane;
export declare function gaussianBlur(
  plane: Plane,
  width: number,
  height: number,
  sigma: number,
): Plane;
export declare function guidedFilter(
  plane: Plane,
  guide: Plane,
  width: number,
  height: number,
  r: number,
  eps: number,
): Plane;
