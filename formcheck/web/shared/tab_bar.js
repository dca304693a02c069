// Says to screen readers that the bar is the way between the pages, and which of them is open.

export default function tabBar({ parentElement, data }) {
  const bar = parentElement.closest(".st-key-tab-bar");
  if (!bar) return;
  bar.setAttribute("role", "navigation");
  bar.setAttribute("aria-label", data.label);
  bar.querySelectorAll("a").forEach((link, index) => {
    if (index === data.open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
}
