/**
 * Turns pictures into JPEG off the page's thread. In: `{id, picture, width, height, quality}`, the picture a
 * VideoFrame or an ImageBitmap. Out: `{id, jpeg}`, or `{id, jpeg: null}` when it could not be done.
 */

let canvas = null;
let context = null;

async function encode({ picture, width, height, quality }) {
  if (canvas === null || canvas.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height);
    context = canvas.getContext("2d", { alpha: false });
  }
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  return blob.arrayBuffer();
}

self.onmessage = async ({ data }) => {
  let jpeg = null;
  try {
    jpeg = await encode(data);
  } catch {
    // The page hears of it by the missing picture and goes on with the next, or with another way.
  }
  self.postMessage({ id: data.id, jpeg }, jpeg === null ? [] : [jpeg]);
};
