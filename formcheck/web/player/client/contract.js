/** What the player reports, made by `python -m tools.contracts`. */

/**
 * Something was drawn.
 * @typedef {Object} AddedDrawing
 * @property {"annotate"} kind
 * @property {number} t_s
 * @property {DrawingBody} drawing
 */

/**
 * The part of the recording that the set is; null for all of it.
 * @typedef {Object} ChosenPart
 * @property {number|null} start_s
 * @property {number|null} end_s
 * @property {number|null} left_px
 * @property {number|null} top_px
 * @property {number|null} right_px
 * @property {number|null} bottom_px
 * @property {"within"} kind
 */

/**
 * The set is to end at `at_s`, and another one to begin there.
 * @typedef {Object} CutApart
 * @property {"cut"} kind
 * @property {number} at_s
 */

/**
 * A drawing without its time.
 * @typedef {Object} DrawingBody
 * @property {"angle"|"line"|"text"} kind
 * @property {Array<[number, number]>} points_px
 * @property {string} [text]
 */

/**
 * A rep is not to count.
 * @typedef {Object} ExcludedRep
 * @property {"exclude-rep"} kind
 * @property {number} at_s
 * @property {string} reason
 */

/**
 * The rep under way at `at_s` was left out and counts again: its `ExcludeRep` is to be taken back.
 * @typedef {Object} IncludedRep
 * @property {"include-rep"} kind
 * @property {number} at_s
 */

/**
 * A landmark was put elsewhere on a run of frames.
 * @typedef {Object} MovedLandmark
 * @property {number} at_s
 * @property {number} x_px
 * @property {number} y_px
 * @property {number} from_s
 * @property {number} to_s
 * @property {"move-landmark"} kind
 * @property {number} landmark
 */

/**
 * A correction that was taken back is to count again.
 * @typedef {Object} PutBack
 * @property {"put-back"} kind
 * @property {string} id
 */

/**
 * Something drawn is to be removed.
 * @typedef {Object} RemovedDrawing
 * @property {"remove-annotation"} kind
 * @property {string} id
 */

/**
 * Something drawn that was removed is to be shown again.
 * @typedef {Object} RestoredDrawing
 * @property {"restore-annotation"} kind
 * @property {string} id
 */

/**
 * The boundaries of a rep were moved.
 * @typedef {Object} SetTimes
 * @property {number} at_s
 * @property {number} start_s
 * @property {number} bottom_start_s
 * @property {number} bottom_end_s
 * @property {number} end_s
 * @property {"rep-times"} kind
 */

/**
 * A correction is to be taken back.
 * @typedef {Object} TookBack
 * @property {"take-back"} kind
 * @property {string} id
 */

/** @typedef {MovedLandmark|SetTimes|ExcludedRep|ChosenPart|AddedDrawing|IncludedRep|TookBack|PutBack|RemovedDrawing|RestoredDrawing|CutApart} PlayerEvent */

export {};
