// What several modules need of the page. Imports nothing, so that hashed names can be worked out.
export const $ = (selector, from = document) => from.querySelector(selector);
export const all = (selector, from = document) => [...from.querySelectorAll(selector)];
export const token = () => $("input[name=csrfmiddlewaretoken]")?.value || "";

// said aloud by screen readers
export function announce(text) {
  const line = $("#announce");
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 60);
}
