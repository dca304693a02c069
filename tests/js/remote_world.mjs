// Time, timers, sockets and connections that move only when told to.

export class MadeUpWorld {
  constructor() {
    this.now = 0;
    this.timers = new Map();
    this.sockets = [];
    this.peers = [];
    this.world = {
      clock: () => this.now,
      later: (act, ms) => {
        const handle = Symbol("timer");
        this.timers.set(handle, { act, at: this.now + ms });
        return handle;
      },
      cancel: (handle) => this.timers.delete(handle),
      open: (url) => {
        const socket = new MadeUpSocket(url);
        this.sockets.push(socket);
        return socket;
      },
      peer: (config) => {
        const peer = new MadeUpPeer(config);
        this.peers.push(peer);
        return peer;
      },
      stream: () => new MadeUpStream(),
    };
  }

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }

  /** Let time pass, and everything happen that was due. */
  pass(ms) {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].act();
    }
    this.now = until;
  }
}

class MadeUpSocket {
  constructor(url) {
    this.url = url;
    this.sent = [];
    this.isClosed = false;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  says(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

export class MadeUpStream {
  constructor(tracks = []) {
    this.tracks = [...tracks];
  }

  getTracks() {
    return [...this.tracks];
  }

  getAudioTracks() {
    return this.tracks.filter(({ kind }) => kind === "audio");
  }

  getVideoTracks() {
    return this.tracks.filter(({ kind }) => kind === "video");
  }

  addTrack(track) {
    this.tracks.push(track);
  }

  removeTrack(track) {
    this.tracks = this.tracks.filter((each) => each !== track);
  }
}

/** As much of an RTCPeerConnection as our side touches; what it was told is kept. */
class MadeUpPeer {
  constructor(config) {
    this.config = config;
    this.signalingState = "stable";
    this.connectionState = "new";
    this.localDescription = null;
    this.remoteDescription = null;
    this.transceivers = [];
    this.candidates = [];
    this.restarts = 0;
    this.isClosed = false;
    this.offers = 0;
  }

  getConfiguration() {
    return this.config;
  }

  setConfiguration(config) {
    this.config = config;
  }

  getTransceivers() {
    return this.transceivers;
  }

  addTransceiver(of, { direction }) {
    const kind = typeof of === "string" ? of : of.kind;
    const track = typeof of === "string" ? null : of;
    const transceiver = {
      direction, receiver: { track: { kind } },
      sender: { track, getParameters: () => ({}), replaceTrack: async (next) => { transceiver.sender.track = next; } },
    };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  async setLocalDescription(description) {
    if (description?.type === "rollback") {
      this.signalingState = "stable";
      return;
    }
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    if (type === "offer") this.offers += 1;
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.localDescription = { type, sdp: `a=fingerprint:sha-256 AA:0${this.offers}` };
  }

  async setRemoteDescription({ type, sdp }) {
    if (type === "answer" && this.signalingState !== "have-local-offer") throw new Error("no offer");
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    this.remoteDescription = { type, sdp };
    if (type === "offer" && this.transceivers.length === 0) {
      for (const kind of ["audio", "video"]) this.addTransceiver(kind, { direction: "recvonly" });
    }
  }

  async addIceCandidate(candidate) {
    this.candidates.push(candidate);
  }

  async getStats() {
    return new Map();
  }

  restartIce() {
    this.restarts += 1;
    this.onnegotiationneeded?.();
  }

  close() {
    this.isClosed = true;
  }

  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

/** Let promises come through. */
export async function settle() {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}
