// The button that accepts the safety texts. Remembers it in this browser and says so by itself on later visits.

export default function safetyGate({ parentElement, data, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  if (!button || button.dataset.reported) return;
  const report = () => {
    button.dataset.reported = "yes";
    setTriggerValue("accepted", true);
  };
  button.textContent = data.label;
  button.onclick = () => {
    remember(data.storage_key);
    report();
  };
  if (isRemembered(data.storage_key)) report();
}

function isRemembered(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false; // storage is blocked: the texts are shown on each visit
  }
}

function remember(key) {
  try {
    localStorage.setItem(key, new Date().toISOString());
  } catch {
    // Storage is blocked: acceptance holds for this visit.
  }
}
