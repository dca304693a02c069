// Loads a part of a page that is served as ES modules, and hands it the element to live in.

export default async function moduleView(component) {
  try {
    const part = await import(new URL(`${component.data.static_base}/${component.data.module ?? "component.js"}`, document.baseURI).href);
    return part.mount(component);
  } catch (error) {
    console.error(error);
    component.parentElement.textContent = component.data.strings.not_loaded;
    return undefined;
  }
}
