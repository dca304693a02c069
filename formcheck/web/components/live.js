// Loads the camera view, which is served as ES modules, and hands it the element to live in.

export default async function liveView(component) {
  try {
    const view = await import(new URL(`${component.data.static_base}/component.js`, document.baseURI).href);
    return view.mount(component);
  } catch (error) {
    console.error(error);
    component.parentElement.textContent = component.data.strings.not_loaded;
    return undefined;
  }
}
