// Shows another topic from its beginning: what leads to it stands at the end of the page.

export default function toTop({ parentElement, data }) {
  const page = parentElement.closest(".stMain");
  if (!page) return;
  if (page.dataset.topic && page.dataset.topic !== data.topic) page.scrollTo({ top: 0 });
  page.dataset.topic = data.topic;
}
