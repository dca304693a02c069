// Takes a picture from this device, draws it anew and small, and hands its pixels on as PNG: of the file itself nothing
// is sent. So an SVG is rasterised here, where an <img> runs no script of it and fetches nothing; the server looks at
// the PNG and draws it anew once more.

const LARGEST_FILE = 10_000_000; // bytes
const BOX = [1200, 600]; // px
const MOST_BYTES = 600_000; // a message to the server holds a megabyte
const SVG_WIDTH = 1200; // px, of one that says no size

async function loaded(file) {
  const image = new Image();
  const address = URL.createObjectURL(file);
  try {
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function png(image, scale) {
  const width = image.naturalWidth || SVG_WIDTH;
  const height = image.naturalHeight || Math.round(SVG_WIDTH / 2);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

async function small(file) {
  const image = await loaded(file);
  const width = image.naturalWidth || SVG_WIDTH;
  const height = image.naturalHeight || SVG_WIDTH / 2;
  // A drawing of lines is sharp at any size; photographs are not made larger than they are.
  const fit = Math.min(BOX[0] / width, BOX[1] / height);
  let scale = file.type === "image/svg+xml" ? fit : Math.min(1, fit);
  let made = await png(image, scale);
  while (made !== null && made.size > MOST_BYTES) {
    scale *= 0.7;
    made = await png(image, scale);
  }
  return made;
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

export default function logo(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".formcheck-logo");
  root.querySelector("span").textContent = data.label;
  const input = root.querySelector("input");
  const said = root.querySelector("p");
  input.onchange = async () => {
    const file = input.files?.[0];
    if (!file) return;
    said.textContent = "";
    try {
      if (file.size > LARGEST_FILE) throw new Error("too large");
      const made = await small(file);
      if (made === null) throw new Error("no picture");
      setTriggerValue("logo", await base64(made));
    } catch (error) {
      console.warn(error);
      said.textContent = data.refused;
    }
    input.value = "";
  };
  return () => {
    input.onchange = null;
  };
}
