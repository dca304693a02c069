/** The live socket's messages, made by `python -m tools.contracts`. */

/**
 * What finds the landmarks in the browser, as the browser says.
 * @typedef {Object} BrowserEstimator
 * @property {"@mediapipe/tasks-vision"} package
 * @property {"0.10.35"} version
 * @property {string} wasm_sha256
 * @property {"full"|"lite"} model
 * @property {string} model_sha256
 * @property {"GPU"|"CPU"} delegate
 * @property {string} user_agent
 * @property {SelfTest} self_test
 * @property {boolean} [balanced] Whether it looks into the mirror once a second, so that its landmarks can be balanced.
 */

/**
 * Says how the camera does, which tells poor light from a slow computer. Not answered.
 * @typedef {Object} CameraSays
 * @property {"camera"} type
 * @property {number} fps Pictures that it gives in a second, whether they are sent or not.
 * @property {number|null} [exposure_ms] For how long each is exposed; null where the browser does not say.
 */

/**
 * Drops the set with everything that belongs to it.
 * @typedef {Object} Cancel
 * @property {"cancel"} type
 */

/**
 * Ends the set and has it measured.
 * @typedef {Object} Finish
 * @property {"finish"} type
 */

/**
 * Takes back the end of the set that is offered. Not answered.
 * @typedef {Object} GoOn
 * @property {"go_on"} type
 */

/**
 * Keeps the socket open while there is no picture to send. Not answered.
 * @typedef {Object} Ping
 * @property {"ping"} type
 */

/**
 * Goes on with a set whose socket was lost.
 * @typedef {Object} ResumeMessage
 * @property {"resume"} type
 * @property {2} version
 * @property {string} set_id
 */

/**
 * How the browser's estimator did on pictures whose landmarks are known.
 * @typedef {Object} SelfTest
 * @property {number} runs
 * @property {number} ms_p50
 * @property {number} ms_p90
 * @property {number} worst_px Furthest of the shoulders' and legs' landmarks, in any run, from where they are known to be (px of a picture 640 wide).
 */

/**
 * Begins a set: what is to be done, and how large the pictures are.
 * @typedef {Object} SetupMessage
 * @property {"setup"} type
 * @property {2} version
 * @property {"picture"|"landmarks"} source Whether pictures will be sent, or landmarks that the browser finds in them.
 * @property {BrowserEstimator|null} [estimator] Where landmarks are sent: what finds them.
 * @property {string} exercise Name of its rubric, such as `wall-squat`.
 * @property {"both"|"left"|"right"|"auto"} [leg] Of an exercise on one leg, the one that stands.
 * @property {number|null} [target_depth_deg]
 * @property {number|null} [reps]
 * @property {number|null} [hold_s]
 * @property {number|null} [step_height_cm]
 * @property {boolean} [ball]
 * @property {"female"|"male"|null} [sex] Of whoever does it, for checks whose bands differ; null where it is not known.
 * @property {"auto"|"full"|"lite"|"heavy"} [model]
 * @property {number} [session_number] How many sessions this person has begun, for the fading of feedback.
 * @property {boolean} [keep_video]
 * @property {boolean} [pictures_allowed] Whether the set may go on with pictures, which leave the device then, where landmarks cannot be found there.
 * @property {boolean} [kept] Whether the landmarks were kept on the device while there was no network: the whole set comes now, faster than it was done.
 * @property {number} width
 * @property {number} height
 */

/**
 * Says that the frames from here on come in another way: of another source, or found by another estimator. It stands between the frames of both, also where they are sent again after a lost connection, and is not answered.
 * @typedef {Object} StepDown
 * @property {"step_down"} type
 * @property {"picture"|"landmarks"} source Of the frames from here on.
 * @property {BrowserEstimator|null} [estimator] Where landmarks are sent: what finds them.
 * @property {"slow"|"failed"|"context-lost"|"wrong"} why Why the one before it is given up.
 */

/** @typedef {SetupMessage|ResumeMessage|StepDown|Finish|GoOn|CameraSays|Ping|Cancel} ClientMessage */

/**
 * The bands of a gauge.
 * @typedef {Object} BandEdges
 * @property {[number|null, number|null]} good
 * @property {[number|null, number|null]} caution
 * @property {string} measure That the gauge shows.
 */

/**
 * What the page is to keep to.
 * @typedef {Object} ClientLimits
 * @property {number} max_bytes
 * @property {number} max_width
 * @property {number} max_height
 * @property {number} max_fps
 * @property {number} in_flight Frames that are not answered yet.
 */

/**
 * Something to say and show.
 * @typedef {Object} Cue
 * @property {string} text At most eight words.
 * @property {"fix"|"praise"|"setup"|"safety"|"count"} kind
 * @property {string} leg `left`, `right` or `both`.
 * @property {boolean} spoken False for what is shown only, as feedback fades.
 */

/**
 * The end of a set that is offered: it comes by itself unless the person goes on.
 * @typedef {Object} Ending
 * @property {"hand"|"left"} why
 * @property {number} left_s Until it comes (s); 0 when it has.
 */

/**
 * Said once the assessment is stored.
 * @typedef {Object} Finished
 * @property {"finished"} type
 * @property {string} set_id
 * @property {number} reps
 * @property {true} summary_ready
 */

/**
 * The answer to one picture, or to the landmarks of one or two.
 * @typedef {Object} Frame
 * @property {"frame"} type
 * @property {number} t Capture time of the newest, as the page gave it.
 * @property {number|null} server_ms From taking it up to having its answer.
 * @property {"setup"|"calibrate"|"countdown"|"set"|"paused"|"done"} stage
 * @property {Array<[number|null, number|null, number]>|null} pose Null where nobody is found, and in every answer to landmarks, which the page has.
 * @property {Object<string, Object<string, ShownValue|null>>} measures By measure, then by `left` and `right` or `both`.
 * @property {Object<string, string>} not_measured By measure: why it cannot be judged now.
 * @property {string} phase
 * @property {number|null} depth_share
 * @property {number} reps
 * @property {number|null} hold_s
 * @property {boolean} in_position
 * @property {Cue|null} cue
 * @property {Instruction|null} setup
 * @property {number|null} progress
 * @property {number|null} countdown
 * @property {Verdict|null} verdict
 * @property {string} notice
 * @property {Ending|null} ending The end of the set that is offered: it comes by itself unless the page says `go_on`, or the person goes on.
 */

/**
 * One thing that the person is to do before the set can go on.
 * @typedef {Object} Instruction
 * @property {string} id Of the set-up check, such as `SU-1`; `SU-11` for standing still.
 * @property {string} message At most eight words, spoken and shown.
 * @property {string} detail One sentence more, shown only.
 * @property {string} figure Name of the drawn figure: `step-into-view`, `step-back`, `come-closer`, `show-feet`, `show-head`, `one-person`, `more-light`, `less-light`, `level-camera`, `raise-camera`, `lower-camera`, `face-camera`, `turn-sideways`, `turn-other-side`, `keep-camera-still`, `stand-still`, `move-left`, `move-right`, `return-to-place` or `ready`.
 * @property {boolean} blocking False for what is asked for a while and then done without, with a remark in the result.
 */

/**
 * The answer to `setup` and `resume`.
 * @typedef {Object} Ready
 * @property {"ready"} type
 * @property {2} version
 * @property {string} set_id
 * @property {boolean} resumed Whether the set was begun over another socket.
 * @property {string} exercise
 * @property {string} exercise_name
 * @property {boolean} bilateral
 * @property {string} model
 * @property {Target} target
 * @property {[number|null, number|null]|null} depth_band The good knee flexion; null where no depth was prescribed.
 * @property {BandEdges|null} alignment_band
 * @property {ClientLimits} limits
 * @property {number|null} last_t Capture time of the newest frame that was dealt with; null before the first.
 * @property {Array<"picture"|"landmarks">} sources What this server takes of this set, which goes down from one to the other by `step_down`.
 * @property {number} backlog How many frames that were kept may come at once now, on top of `max_fps`.
 */

/**
 * Said before a socket is closed.
 * @typedef {Object} ServerError
 * @property {"error"} type
 * @property {string} code
 * @property {string} reason
 * @property {string} remedy
 */

/**
 * A value now, in the unit that its measure's name states.
 * @typedef {Object} ShownValue
 * @property {number} value
 * @property {number|null} error Half-width of the 95 % interval; null where it is not known.
 * @property {"good"|"caution"|"fault"|null} band
 */

/**
 * What was prescribed, as far as it is shown; null where it was not.
 * @typedef {Object} Target
 * @property {number|null} reps
 * @property {number|null} hold_s
 * @property {number|null} depth_deg
 */

/**
 * The view of the set and what it is good for.
 * @typedef {Object} Verdict
 * @property {"front"|"side"|"oblique"|"unknown"} kind
 * @property {"ok"|"low"|"refused"} quality
 * @property {string} reason
 * @property {"left"|"right"|null} near_leg
 */

/** @typedef {Ready|Frame|Finished|ServerError} Message */

export const VERSION = 2;
/** First byte of a binary message. */
export const KIND = Object.freeze({ PICTURE: 1, LANDMARKS: 2 });
/** Bytes before the picture: its kind, and the capture time as a little-endian float64. */
export const HEADER_BYTES = 9;
/** Bytes before the frames of landmarks: their kind and number; and of each frame. */
export const LANDMARKS_HEADER_BYTES = 2;
export const LANDMARKS_FRAME_BYTES = 806;
export const LANDMARKS = 33;
/** As many frames as the server takes of one set. */
export const MOST_SET_FRAMES = 54000;
/** Landmarks whose covers are told, in the order of their bits. */
export const WATCHED = Object.freeze([23, 24, 25, 26, 27, 28, 29, 30, 31, 32]);

/** Close codes of the socket. */
export const CLOSE = Object.freeze({ MALFORMED: 4400, TOKEN: 4401, ORIGIN: 4403, IDLE: 4408, IN_USE: 4409, GONE: 4410, TOO_LARGE: 4413, VERSION: 4426, TOO_FAST: 4429, FAULT: 4500, BUSY: 4503 });
