/**
 * Words that both ends read out to each other. The picture and the sound are encrypted between the browsers, but the
 * server introduces them to each other: one that stood in between would give each end its own certificate, and the words
 * would differ.
 *
 * 48 bits of a slow hash: who wants to find certificates that make the same words has to try some millions of them, each
 * for a tenth of a second, while the two wait.
 */

/** Rounds of PBKDF2: a tenth of a second on a phone. */
const ROUNDS = 200_000;
const WORDS_SHOWN = 6;
const SALT = "formcheck fingerprint words 1";

export const WORDS = Object.freeze(`
acid acorn actor album alley amber angle ankle apple apron arch arrow atlas attic autumn axle
bacon badge baker bamboo banjo barn basil basket beach bean bear bell bench berry bird bishop
blade bloom board boat bonus book boot bottle bowl box branch bread brick bridge broom bucket
button cabin cable cactus camel candle canoe canvas carbon cargo carpet castle cedar cello chain chalk
cheese cherry chess circle clay cliff clock cloud clover coast cobra coffee comet copper coral cotton
cousin crane crayon cricket crown cup curtain daisy dance deck denim desert diamond dinner dolphin donkey
door dragon dress drum duck eagle earth easel echo elbow elm engine eraser fabric falcon farm
feather fence fern ferry field finger flag flame flute foam forest fork fossil fountain fox frog
galaxy garden garlic gate ginger glass globe glove goat gold grape grass guitar hammer harbor harp
hat hazel helmet hill honey hook horse hotel ice igloo ink island ivory jacket jar jelly
jewel juice jungle kettle key king kite kitten koala label ladder lake lamp lawn leaf lemon
letter lily lion lizard lobster magnet maple marble market meadow melon mirror moon moss mountain mouse
museum napkin needle nest nickel night noodle ocean olive onion orange orchid otter oven owl paddle
paint palm panda paper parrot pasta peach pearl pencil pepper piano pillow pilot pine planet plum
pocket pony potato prism pumpkin puzzle quartz queen rabbit radio rain river robin rocket rope saddle
salad salt sand saturn scarf school shell ship shovel silver skate snow spider spoon sugar swan
`.trim().split(/\s+/));

/**
 * The words of a connection; the same at both ends.
 * @param {[string, string]} fingerprints of both ends' certificates, as `Peer` gives them
 * @param {SubtleCrypto} subtle
 */
export async function wordsOf(fingerprints, subtle = crypto.subtle) {
  const bytes = new TextEncoder().encode([...fingerprints].sort().join("\n"));
  const key = await subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: ROUNDS, salt: new TextEncoder().encode(SALT) };
  const bits = new Uint8Array(await subtle.deriveBits(how, key, 8 * WORDS_SHOWN));
  return Array.from(bits, (bit) => WORDS[bit]);
}
