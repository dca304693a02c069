/** The messages of a room's socket, made by `python -m tools.contracts`. */

/**
 * Lets one person in.
 * @typedef {Object} Admit
 * @property {"admit"} type
 * @property {string} person
 */

/**
 * Asks the client to use another camera; it takes the client's tap.
 * @typedef {Object} AskCamera
 * @property {"ask_camera"} type
 * @property {"user"|"environment"} facing
 */

/**
 * Asks the client for an item of consent.
 * @typedef {Object} AskConsent
 * @property {"ask_consent"} type
 * @property {"measure"|"keep_set"|"keep_video"|"still"|"third_person"|"record_call"} what
 */

/**
 * Puts a person back into the waiting room.
 * @typedef {Object} BackToWaiting
 * @property {"back_to_waiting"} type
 * @property {string} person
 */

/**
 * What the check before joining found; shown to the clinician in the queue, kept nowhere.
 * @typedef {Object} Check
 * @property {"check"} type
 * @property {"ok"|"denied"|"missing"|"busy"|"failed"|"not_tried"} camera
 * @property {"ok"|"denied"|"missing"|"busy"|"failed"|"not_tried"} microphone
 * @property {"heard"|"not_heard"|"not_tried"} speaker
 * @property {"ok"|"none"|"failed"|"not_tried"} relay Whether the relay can be reached; without credentials, which come after admission, by a plain binding request.
 * @property {number|null} [uplink_kbps]
 * @property {number|null} [pose_ms] How long the browser's estimator takes for a picture, in the middle; null where it does not run.
 * @property {string} [browser]
 */

/**
 * Does not let a waiting person in: their socket is closed with 4423, and they may knock again later.
 * @typedef {Object} Decline
 * @property {"decline"} type
 * @property {string} person
 */

/**
 * Draws on a still. All drawings of it come each time; more than 50 are refused.
 * @typedef {Object} Draw
 * @property {"draw"} type
 * @property {string} still
 * @property {Array<DrawingBody>} drawings
 */

/**
 * A drawing without its time.
 * @typedef {Object} DrawingBody
 * @property {"angle"|"line"|"text"} kind
 * @property {Array<[number, number]>} points_px
 * @property {string} [text]
 */

/**
 * Ends the session for all.
 * @typedef {Object} End
 * @property {"end"} type
 */

/**
 * Ends the set and has it measured.
 * @typedef {Object} FinishSet
 * @property {"finish_set"} type
 */

/**
 * Asks for a new connection with somebody instead of one that does not come back; `connect` follows to both.
 * @typedef {Object} Fresh
 * @property {"fresh"} type
 * @property {string} to
 * @property {boolean} [relay_only] Whether both are to go by the relay only.
 */

/**
 * Answers an item of consent, at any time; `withdrawn` takes a yes back.
 * @typedef {Object} GiveConsent
 * @property {"consent"} type
 * @property {"measure"|"keep_set"|"keep_video"|"still"|"third_person"|"record_call"} what
 * @property {"yes"|"no"|"withdrawn"} answer
 * @property {string} text_sha256 Of the words that were shown, as the server gave it.
 */

/**
 * The first message: who this is. A client has the code of an invitation, a clinician a ticket from their page.
 * @typedef {Object} Hello
 * @property {"hello"} type
 * @property {1} version
 * @property {string} instance Made anew by each load of the page: others drop what they had with the one before.
 * @property {string} browser Made once by this browser, which keeps it: an invitation is bound to the first that uses it.
 * @property {string|null} [code] Of the invitation: what stands behind `#` in the link.
 * @property {string|null} [room] Of the clinician's page: which room.
 * @property {string|null} [ticket] Of the clinician's page: what stands behind `#`. One that is too old still leads back to one's own seat.
 */

/**
 * A candidate for another person; an empty one says that there are no more.
 * @typedef {Object} Ice
 * @property {"ice"} type
 * @property {string} to
 * @property {number} generation
 * @property {string} candidate
 * @property {string|null} [mid]
 * @property {number|null} [line]
 */

/**
 * Asks to be let in; the clinician sees it in the queue.
 * @typedef {Object} Knock
 * @property {"knock"} type
 * @property {string} [callback] A number to call when the connection is lost. Shown to the clinician, kept nowhere.
 * @property {string} [emergency] Whom to call, and where this person is now. Shown to the clinician, kept nowhere.
 */

/**
 * Says that one leaves: the place is not kept, and whoever comes back waits to be let in again.
 * @typedef {Object} Leave
 * @property {"leave"} type
 */

/**
 * Marks a moment.
 * @typedef {Object} Moment
 * @property {"moment"} type
 * @property {"mark"|"good"|"pain"|"look_again"} kind
 * @property {string} [text]
 * @property {number|null} [t_ms] By the clock of the client's page; null for now.
 */

/**
 * Shows a place in the picture of the client to the client; null takes it away.
 * @typedef {Object} Pointer
 * @property {"pointer"} type
 * @property {number|null} x
 * @property {number|null} y
 */

/**
 * Begins the recording of the call, once everybody who is there has agreed; or ends it.
 * @typedef {Object} Record
 * @property {"record"} type
 * @property {boolean} on
 */

/**
 * Takes a person out for good: 4430, and their invitation is revoked.
 * @typedef {Object} Remove
 * @property {"remove"} type
 * @property {string} person
 */

/**
 * Answers another browser that came with a link that is bound: it takes the place of the first, or not.
 * @typedef {Object} Replace
 * @property {"replace"} type
 * @property {string} person
 * @property {boolean} allow
 */

/**
 * A session description for another person.
 * @typedef {Object} Sdp
 * @property {"sdp"} type
 * @property {string} to
 * @property {number} generation Of the connection, as `connect` said; older ones are dropped.
 * @property {"offer"|"answer"} kind
 * @property {string} sdp
 */

/**
 * Writes to everybody in the room; kept nowhere.
 * @typedef {Object} SendChat
 * @property {"chat"} type
 * @property {string} text
 */

/**
 * Asks for the server's time, each 5 s; whoever is waited for longer than 30 s is taken for asleep.
 * @typedef {Object} SendClock
 * @property {"clock"} type
 * @property {number} c The page's own time (`performance.now()`), given back with the answer.
 * @property {number|null} [offset_ms] Server's time less the page's own, from the round trip that was shortest; null until it is known.
 * @property {number|null} [round_trip_ms] Of that round trip.
 */

/**
 * Spoken and shown at the client's.
 * @typedef {Object} SendCue
 * @property {"cue"} type
 * @property {string} text
 */

/**
 * The client's page could not do the set that was started.
 * @typedef {Object} SetFailed
 * @property {"set_failed"} type
 * @property {string} reason
 */

/**
 * Shows a still, with what is drawn on it, to the client; or no more.
 * @typedef {Object} ShareStill
 * @property {"share_still"} type
 * @property {string} still
 * @property {boolean} shared
 */

/**
 * Starts a set of the targets as they are: the client's page gets what it opens a live socket with.
 * @typedef {Object} StartSet
 * @property {"start_set"} type
 */

/**
 * What one does with one's own devices.
 * @typedef {Object} State
 * @property {"state"} type
 * @property {boolean} muted
 * @property {"on"|"off"|"interrupted"} camera `interrupted`: the device took it away, by a phone call for example.
 * @property {boolean} [away] The page is in the background.
 * @property {"user"|"environment"|"unknown"} [facing]
 * @property {boolean} [captions]
 */

/**
 * Ends the set at once, by either side: said and shown on both.
 * @typedef {Object} Stop
 * @property {"stop"} type
 */

/**
 * Asks for the picture of the client's camera that is nearest to a moment; needs the client's consent.
 * @typedef {Object} TakeStill
 * @property {"take_still"} type
 * @property {number} t_ms By the clock of the client's page, as answers have it; see `clock`.
 */

/**
 * What is to be done in the next set.
 * @typedef {Object} Targets
 * @property {"targets"} type
 * @property {string} exercise
 * @property {"both"|"left"|"right"|"auto"} [leg]
 * @property {number|null} [target_depth_deg]
 * @property {number|null} [reps]
 * @property {number|null} [hold_s]
 * @property {number|null} [step_height_cm]
 * @property {boolean} [ball]
 */

/**
 * Writes a note into the client's records, beside the set where one is done or was done last.
 * @typedef {Object} WriteNote
 * @property {"note"} type
 * @property {string} text
 * @property {boolean} [for_client]
 */

/** @typedef {Hello|Check|Knock|Admit|Decline|Remove|BackToWaiting|Replace|Leave|End|Sdp|Ice|Fresh|State|Targets|StartSet|FinishSet|Stop|SetFailed|SendCue|Pointer|AskCamera|TakeStill|Draw|ShareStill|Moment|WriteNote|GiveConsent|AskConsent|Record|SendChat|SendClock} RoomMessage */

/**
 * To the client: the clinician asks for an item of consent.
 * @typedef {Object} Asked
 * @property {"asked"} type
 * @property {ConsentShown} consent
 */

/**
 * To the client: the clinician asks for another camera.
 * @typedef {Object} CameraAsked
 * @property {"ask_camera"} type
 * @property {string} sender
 * @property {"user"|"environment"} facing
 */

/**
 * What somebody wrote; to its sender too.
 * @typedef {Object} Chat
 * @property {"chat"} type
 * @property {string} sender
 * @property {string} text
 * @property {string} at
 */

/**
 * What the check before joining found.
 * @typedef {Object} CheckShown
 * @property {string} camera
 * @property {string} microphone
 * @property {string} speaker
 * @property {string} relay
 * @property {number|null} uplink_kbps
 * @property {number|null} pose_ms
 * @property {string} browser
 */

/**
 * The answer to `clock`: offset = s - (c + now) / 2, best where the round trip was shortest.
 * @typedef {Object} Clock
 * @property {"clock"} type
 * @property {number} c
 * @property {number} s Milliseconds since 1970, by the server.
 */

/**
 * To clinicians: the client's clock. Capture time + `offset_ms` is the server's time.
 * @typedef {Object} ClockOf
 * @property {"clock_of"} type
 * @property {string} person
 * @property {string} instance
 * @property {number} offset_ms
 * @property {number} round_trip_ms
 */

/**
 * Make a connection with somebody; one that there was of a lower generation is dropped.
 * @typedef {Object} Connect
 * @property {"connect"} type
 * @property {string} peer
 * @property {string} instance Of the peer's page.
 * @property {number} generation
 * @property {boolean} offer Whether the first offer is this page's; the other waits for it.
 * @property {boolean} polite Who gives way when both renegotiate later on: the other of the two has the opposite.
 * @property {boolean} relay_only
 */

/**
 * One item of consent, with one's own answer to these words.
 * @typedef {Object} ConsentShown
 * @property {"measure"|"keep_set"|"keep_video"|"still"|"third_person"|"record_call"} what
 * @property {string} title
 * @property {string} words
 * @property {string} text_sha256
 * @property {string} language
 * @property {"yes"|"no"|"withdrawn"|null} answer Null where these words were not answered, which counts as no.
 */

/**
 * To who answered, and to clinicians.
 * @typedef {Object} Consented
 * @property {"consent"} type
 * @property {string} person
 * @property {"measure"|"keep_set"|"keep_video"|"still"|"third_person"|"record_call"} what
 * @property {"yes"|"no"|"withdrawn"} answer
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
 * Spoken and shown at the client's, shown at all others'.
 * @typedef {Object} CueSaid
 * @property {"cue"} type
 * @property {string} sender
 * @property {string} text
 */

/**
 * Drop the connection with somebody: they are not in the room any more.
 * @typedef {Object} Disconnect
 * @property {"disconnect"} type
 * @property {string} peer
 */

/**
 * An angle, a line or a text on a still, in its pixels.
 * @typedef {Object} DrawingShown
 * @property {"angle"|"line"|"text"} kind
 * @property {Array<[number, number]>} points_px
 * @property {string} text
 */

/**
 * The session is over; the socket is closed with 1000.
 * @typedef {Object} Ended
 * @property {"ended"} type
 * @property {string} reason
 */

/**
 * The end of a set that is offered: it comes by itself unless the person goes on.
 * @typedef {Object} Ending
 * @property {"hand"|"left"} why
 * @property {number} left_s Until it comes (s); 0 when it has.
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
 * As `RTCPeerConnection` takes it.
 * @typedef {Object} IceServer
 * @property {Array<string>} urls
 * @property {string} username
 * @property {string} credential
 */

/**
 * New ones, 60 s before those that there were end: `setConfiguration`.
 * @typedef {Object} IceServers
 * @property {"ice_servers"} type
 * @property {IceShown} ice
 */

/**
 * How connections between browsers may go.
 * @typedef {Object} IceShown
 * @property {Array<IceServer>} servers Empty where the server has no relay: the page says so.
 * @property {"all"|"relay"} policy `iceTransportPolicy`. With `relay` nobody learns another's address.
 * @property {boolean} has_relay
 * @property {number|null} expires_at_s Seconds since 1970; new ones come 60 s before. Null where nothing expires.
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
 * What the client's page opens the live socket with (`/live?token=...`).
 * @typedef {Object} LiveDoor
 * @property {string} token
 * @property {string|null} set_id Of a set that is being done, to go on with by `resume`; null to begin with `setup`.
 */

/**
 * To clinicians: a moment that was marked.
 * @typedef {Object} MomentKept
 * @property {"moment"} type
 * @property {string} id
 * @property {string} kind
 * @property {string} text
 * @property {number|null} t_s From the beginning of the set; null outside of one.
 * @property {string} at
 * @property {string} by Name.
 */

/**
 * To who wrote it: it is in the records.
 * @typedef {Object} NoteKept
 * @property {"noted"} type
 * @property {string} id
 */

/**
 * A candidate from somebody; an empty one says that there are no more.
 * @typedef {Object} PassedIce
 * @property {"ice"} type
 * @property {string} sender
 * @property {number} generation
 * @property {string} candidate
 * @property {string|null} mid
 * @property {number|null} line
 */

/**
 * A session description from somebody.
 * @typedef {Object} PassedSdp
 * @property {"sdp"} type
 * @property {string} sender
 * @property {number} generation
 * @property {"offer"|"answer"} kind
 * @property {string} sdp
 */

/**
 * All who were let in, whenever it changes.
 * @typedef {Object} People
 * @property {"people"} type
 * @property {Array<PersonShown>} people
 * @property {"joined"|"left"|"removed"|"asleep"|"back"|"reloaded"|"state"} event
 * @property {string} person Whom the event is about.
 */

/**
 * Somebody who was let in.
 * @typedef {Object} PersonShown
 * @property {string} id
 * @property {"owner"|"clinician"|"client"|"guest"} role
 * @property {string} name
 * @property {string} instance Of the page they have open: another one than before means that the page was loaded anew.
 * @property {"here"|"asleep"|"left"} presence
 * @property {boolean} muted
 * @property {"on"|"off"|"interrupted"} camera
 * @property {boolean} away
 * @property {"user"|"environment"|"unknown"} facing
 * @property {boolean} captions
 */

/**
 * A place in the client's picture, shares of the un-mirrored picture; null takes it away.
 * @typedef {Object} PointedAt
 * @property {"pointer"} type
 * @property {string} sender
 * @property {number|null} x
 * @property {number|null} y
 */

/**
 * To clinicians: all who wait, in order, whenever it changes.
 * @typedef {Object} Queue
 * @property {"queue"} type
 * @property {Array<WaitingPerson>} people
 */

/**
 * Where the owner's page sends what it records: `PUT` with `?at=OFFSET`, answered with the next; then `POST`.
 * @typedef {Object} RecordingDoor
 * @property {string} recording
 * @property {string} put
 * @property {string} token In `x-formcheck-link`.
 */

/**
 * To all: whether the call is recorded, whenever that changes. Who joins is in no picture before this is said.
 * @typedef {Object} RecordingNow
 * @property {"recording"} type
 * @property {RecordingShown} recording
 */

/**
 * Whether the call is recorded now.
 * @typedef {Object} RecordingShown
 * @property {"off"|"asking"|"on"|"resting"} stage `asking`: it has not begun, since answers are missing; `resting`: it stands still until those have come.
 * @property {Array<string>} waits_for Ids of people whose answer to `record_call` is missing: their pages ask them.
 * @property {string} why A sentence where it ended otherwise than by the owner's word; else empty.
 * @property {RecordingDoor|null} door For the owner's page alone. Another one than before begins another file.
 */

/**
 * What was asked for is not done; the socket stays open.
 * @typedef {Object} Refused
 * @property {"refused"} type
 * @property {string} message The type of the message that is refused.
 * @property {string} code
 * @property {string} reason
 * @property {string} remedy
 */

/**
 * To clinicians: what the client's page was answered, with the pose. `frame.t` is the client's capture time.
 * @typedef {Object} Result
 * @property {"result"} type
 * @property {string} set_id
 * @property {Frame} frame
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
 * The set is over.
 * @typedef {Object} SetFinished
 * @property {"set_finished"} type
 * @property {string|null} set_id Null when it never began.
 * @property {number|null} reps Complete ones; null when nothing was measured.
 * @property {boolean} kept Whether it is in the client's records.
 * @property {string|null} record To clinicians: the address of its review; null where it is not kept.
 * @property {string} why A sentence where it ended otherwise than by `finish_set`, was not kept or not measured; else empty.
 */

/**
 * The set, whenever it changes.
 * @typedef {Object} SetNow
 * @property {"set"} type
 * @property {SetShown} set
 */

/**
 * The set as it stands.
 * @typedef {Object} SetShown
 * @property {"none"|"starting"|"running"|"finishing"} stage
 * @property {TargetsShown|null} targets
 * @property {string|null} set_id
 * @property {number|null} started_at_ms By the server's clock (see `clock`), for the timer.
 * @property {LiveDoor|null} live For the client alone, while a set is to be begun or gone on with. `setup` may say anything of exercise and targets: the room's own are measured by.
 */

/**
 * A value now, in the unit that its measure's name states.
 * @typedef {Object} ShownValue
 * @property {number} value
 * @property {number|null} error Half-width of the 95 % interval; null where it is not known.
 * @property {"good"|"caution"|"fault"|null} band
 */

/**
 * A still that came, was drawn on, or is shown; `null` for one that is not shown to this page any more.
 * @typedef {Object} StillNow
 * @property {"still"} type
 * @property {string} id
 * @property {StillShown|null} still
 */

/**
 * A still picture.
 * @typedef {Object} StillShown
 * @property {string} still
 * @property {number} t_ms Capture time by the client's clock.
 * @property {string} at
 * @property {string} taken_by Name.
 * @property {number} width
 * @property {number} height
 * @property {string} url Where the picture is, for this page alone, for two hours.
 * @property {Array<DrawingShown>} drawings
 * @property {boolean} shared Whether the client is shown it.
 */

/**
 * To the client: the picture nearest to that moment is to be sent, by `PUT` with `token` in `x-formcheck-link`.
 * @typedef {Object} StillWanted
 * @property {"still_wanted"} type
 * @property {string} still
 * @property {number} t_ms
 * @property {string} put Address.
 * @property {string} token
 */

/**
 * Somebody said stop: it is said aloud and shown to all, and the set is over.
 * @typedef {Object} Stopped
 * @property {"stopped"} type
 * @property {string} sender
 */

/**
 * What is to be done in the next set, or is being done; null where it was not said.
 * @typedef {Object} TargetsShown
 * @property {string} exercise
 * @property {string} exercise_name
 * @property {"both"|"left"|"right"|"auto"} leg
 * @property {number|null} target_depth_deg
 * @property {number|null} reps
 * @property {number|null} hold_s
 * @property {number|null} step_height_cm
 * @property {boolean} ball
 */

/**
 * The view of the set and what it is good for.
 * @typedef {Object} Verdict
 * @property {"front"|"side"|"oblique"|"unknown"} kind
 * @property {"ok"|"low"|"refused"} quality
 * @property {string} reason
 * @property {"left"|"right"|null} near_leg
 */

/**
 * The answer to `hello` of whoever is not let in yet, and what is said when it changes.
 * @typedef {Object} Waiting
 * @property {"waiting"} type
 * @property {1} version
 * @property {string} you
 * @property {"owner"|"clinician"|"client"|"guest"} role
 * @property {string} name One's own, as the invitation has it.
 * @property {"checking"|"waiting"|"replacing"} state `replacing`: the link is bound to another browser, and the clinician was asked.
 * @property {number|null} place In the queue, from 1; null before `knock`.
 * @property {"there"|"busy"|"away"} clinician `busy`: with somebody else in this room.
 * @property {string|null} opens_at When the session is planned for; null for at once.
 * @property {Array<ConsentShown>} consents
 */

/**
 * Somebody in the queue.
 * @typedef {Object} WaitingPerson
 * @property {string} person
 * @property {"owner"|"clinician"|"client"|"guest"} role
 * @property {string} name
 * @property {"checking"|"waiting"|"replacing"} state
 * @property {"here"|"asleep"|"left"} presence
 * @property {string} since
 * @property {CheckShown|null} check
 * @property {string} callback
 * @property {string} emergency
 */

/**
 * The answer to `hello` of whoever is let in already, and what is said once somebody is.
 * @typedef {Object} Welcome
 * @property {"welcome"} type
 * @property {1} version
 * @property {string} you
 * @property {"owner"|"clinician"|"client"|"guest"} role
 * @property {string} name
 * @property {string} room
 * @property {Array<PersonShown>} people All who were let in, oneself among them.
 * @property {IceShown} ice
 * @property {Array<ConsentShown>} consents Of the client and of guests: one's own. To clinicians: the client's.
 * @property {SetShown} set
 * @property {Array<StillShown>} stills To clinicians all; to the client those that are shared.
 * @property {RecordingShown} recording
 */

/** @typedef {Welcome|Waiting|Queue|People|Connect|Disconnect|PassedSdp|PassedIce|IceServers|SetNow|Result|SetFinished|CueSaid|PointedAt|CameraAsked|StillWanted|StillNow|MomentKept|NoteKept|Consented|Asked|RecordingNow|Chat|Stopped|Clock|ClockOf|Ended|Refused|ServerError} RoomReply */

export const VERSION = 1;
export const ROOM_PATH = "/room";
export const SOCKET_PATH = "/live";
export const LINK_HEADER = "x-formcheck-link";
export const MAX_TEXT_CHARS = 16384;
export const MAX_SDP_CHARS = 65536;
export const MAX_STILL_BYTES = 4000000;
export const MOST_DRAWINGS = 50;

/** Close codes of the socket. */
export const CLOSE = Object.freeze({ MALFORMED: 4400, TOKEN: 4401, ORIGIN: 4403, IDLE: 4408, IN_USE: 4409, GONE: 4410, TOO_LARGE: 4413, NOT_ADMITTED: 4423, VERSION: 4426, TOO_FAST: 4429, REMOVED: 4430, FAULT: 4500, BUSY: 4503 });
