// Reads sentences aloud, one after the other; a second press stops. Without a voice there is no button.

export default function readAloud({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  if (!("speechSynthesis" in window)) {
    button.hidden = true;
    return undefined;
  }
  const stop = () => {
    window.speechSynthesis.cancel();
    button.textContent = data.label;
    button.setAttribute("aria-pressed", "false");
  };
  const start = () => {
    button.textContent = data.stop;
    button.setAttribute("aria-pressed", "true");
    data.sentences.forEach((sentence, index) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.lang = "en";
      if (index === data.sentences.length - 1) said.onend = stop;
      window.speechSynthesis.speak(said);
    });
  };
  button.textContent = data.label;
  button.setAttribute("aria-pressed", "false");
  button.onclick = () => (button.getAttribute("aria-pressed") === "true" ? stop() : start());
  return stop;
}
