/** The design's tokens (`formcheck/design/tokens.py`), made by `python -m tools.contracts`. */

export const COLOURS = Object.freeze({
  picture: "#0d1318",
  pictureOn: "#ffffff",
  pictureQuiet: "#c3d0da",
  pictureLine: "#ffffff99",
  plate: "#0d1318c7",
  outline: "#101216cc",
  skeleton: "#ebebebd9",
  mark: "#ffe14d",
  pictureLeft: "#56b4e9",
  pictureRight: "#cc79a7",
  pictureCaution: "#f0e442",
  pictureFault: "#ff8a3d",
  figure: "#7f8f9b",
  figureTrunk: "#6c7c88",
  floor: "#1b242b",
  floorLine: "#3a4852",
});
