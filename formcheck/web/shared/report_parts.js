// Puts a piece of the report, already escaped by the server, into its own shadow root.

export default function reportParts({ parentElement, data }) {
  const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  parentElement.host.classList.toggle("dark", data.theme ? data.theme === "dark" : systemIsDark);
  parentElement.querySelector(".parts").innerHTML = data.html;
}
