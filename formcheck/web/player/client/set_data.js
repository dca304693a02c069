/**
 * A set as the server sends it (formcheck/web/player/payload.py), unpacked. Pure.
 *
 * @typedef {{x: Float32Array, y: Float32Array}} Path pixels of the picture by frame; NaN where not seen
 * @typedef {{id: string, leg: "left"|"right"|null, values: Float32Array, automatic: Float32Array|null}} Line
 * @typedef {{band: "good"|"not_judged"|"caution"|"fault", low: number|null, high: number|null}} Zone null where open
 * @typedef {{rep: number, leg: "left"|"right"|null, from_s: number, to_s: number, value: number, error: number,
 *   zones: Zone[]}} Judged
 * @typedef {{name: string, label: string, unit: string, decimals: number, direction: string, shown: boolean,
 *   lines: Line[], judged: Judged[]}} Plot
 * @typedef {{index: number, leg: string, complete: boolean, excluded: boolean, bottom_s: number, start_s: number,
 *   bottom_start_s: number, bottom_end_s: number, end_s: number, automatic: Object|null, cells: Object[],
 *   findings: Object[], movement: {down_s: number, still_s: number, up_s: number, done_s: number}|null}} Rep
 */

export const SCHEMA = "formcheck.player/1";

/** The four moments of a rep, in order. */
export const MOMENTS = Object.freeze(["start_s", "bottom_start_s", "bottom_end_s", "end_s"]);

/**
 * Undo the packing: each count is the difference from the last one known.
 * @param {Array<number|null>} counts
 * @param {number} step size of one count
 * @param {Float32ArrayConstructor|Float64ArrayConstructor} [Kind]
 */
export function unpack(counts, step, Kind = Float32Array) {
  const values = new Kind(counts.length);
  let total = 0;
  counts.forEach((count, i) => {
    if (count === null) {
      values[i] = NaN;
      return;
    }
    total += count;
    values[i] = total * step;
  });
  return values;
}

/** @param {Object} document as it came @returns the set, ready to be drawn */
export function readSet(document) {
  if (document?.schema !== SCHEMA) throw new Error(`expected ${SCHEMA} but got ${document?.schema}`);
  const { step } = document.landmarks;
  return {
    ...document,
    t: unpack(document.time.values, document.time.step, Float64Array),
    current: paths(document.landmarks.current, step),
    /** Only those landmarks that the review changed. */
    automatic: paths(document.landmarks.automatic, step),
    /** Of the head, for the figure: seen, never moved. */
    head: paths(document.landmarks.head, step),
    plots: document.plots.map(readPlot),
    flagged: flaggedMoments(document.reps),
  };
}

/** @returns {Map<number, Path>} by landmark */
function paths(packed, step) {
  return new Map(Object.entries(packed).map(
    ([landmark, { x, y }]) => [Number(landmark), { x: unpack(x, step), y: unpack(y, step) }],
  ));
}

function readPlot(plot) {
  const lines = plot.lines.map((line) => ({
    ...line,
    values: unpack(line.values, plot.step),
    automatic: line.automatic && unpack(line.automatic, plot.step),
  }));
  return { ...plot, lines };
}

/** When something was found that is not good, each moment once, in order. @param {Rep[]} reps @returns {number[]} s */
export function flaggedMoments(reps) {
  const moments = reps.flatMap(({ findings }) => findings.map(({ at_s: at }) => at)).filter((at) => at !== null);
  return [...new Set(moments)].sort((a, b) => a - b);
}

/** Where a landmark is on a frame, null where it is not seen. @param {Map<number, Path>} from */
export function placeOf(from, landmark, frame) {
  const path = from.get(landmark);
  if (path === undefined) return null;
  const x = path.x[frame];
  return Number.isNaN(x) ? null : { x, y: path.y[frame] };
}
