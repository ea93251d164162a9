// The desk: cases opened beside the list, ticked rows and what can be done with them, forms that take the focus.
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const wide = matchMedia("(min-width: 72.01rem)");
const list = () => $("#cases");

// one case beside the list; on a narrow screen it is a page of its own
function open(href, code) {
  window.htmx.ajax("GET", href, { target: "#detail", swap: "innerHTML" });
  mark(code);
}
function mark(code) {
  for (const row of all("[data-row]")) {
    const here = row.dataset.row === code;
    row.classList.toggle("current", here);
    if (here) $("a", row).setAttribute("aria-current", "true");
    else $("a", row).removeAttribute("aria-current");
  }
  const url = new URL(location.href);
  url.searchParams.set("case", code);
  history.replaceState(history.state, "", url);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest(".row-link, [data-beside]");
  if (!link || !list() || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(link.href, link.closest("[data-row]")?.dataset.row || decodeURIComponent(link.pathname.split("/").at(-2)));
});
// the case asked for, else the first of the list; after the list changed, the one that was open if it is still there
function first(asked) {
  if (!list() || !wide.matches) return;
  const code = $("#detail").dataset.detail;
  const held = code && $(`[data-row="${CSS.escape(code)}"]`);
  const row = held || $("[data-row]");
  if (code && !held && asked) open(`/desk/case/${code}/`, code);
  else if (held && !asked) mark(code);
  else if (row) open($("a", row).href, row.dataset.row);
}

// ticked rows
const ticks = () => all("#cases input[name=case]");
function tally() {
  const bar = $("#batch");
  if (!$(".batch-bar", bar || document)) return;
  const chosen = ticks().filter((tick) => tick.checked);
  const said = $("[data-selected]", bar);
  bar.classList.toggle("on", chosen.length > 0);
  said.textContent = chosen.length ? said.dataset.words.replace("#", chosen.length) : "";
  const every = $("[data-select-all]", bar);
  every.checked = chosen.length > 0 && chosen.length === ticks().filter((tick) => !tick.disabled).length;
  every.indeterminate = chosen.length > 0 && !every.checked;
  for (const button of all("[data-batch-step]", bar)) {
    const fit = chosen.filter((tick) => tick.closest("[data-steps]").dataset.steps.split(" ").includes(button.dataset.batchStep));
    button.hidden = !fit.length;
    $("[data-of]", button).textContent = fit.length && fit.length < chosen.length ? `${fit.length}/${chosen.length}` : "";
    if (fit.length && button.dataset.batchKey) button.dataset.key = button.dataset.batchKey;
    else delete button.dataset.key;
  }
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) ticks().forEach((tick) => { tick.checked = event.target.checked && !tick.disabled; });
  if (event.target.closest("#cases")) tally();
});

// forms of the steps: open → the first field has the focus; Escape closes and gives the focus back
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.open || !details.matches?.(".act, .ask, .reveal")) return;
  ($("[data-first]", details) || $("form :is(textarea, select, input:not([type=hidden]))", details))?.focus();
}, true);
document.addEventListener("keydown", (event) => {
  const details = event.target.closest?.("details.act[open], details.ask[open], details.reveal[open]");
  if (event.key === "Escape" && details) {
    details.open = false;
    $("summary", details).focus();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
});

// after a swap
document.addEventListener("htmx:afterSettle", ({ detail: { elt, requestConfig } }) => {
  if (elt.id === "cases") { tally(); if (!$("#detail .batch-done")) first(false); }
  if (elt.id !== "detail") return;
  elt.scrollTop = 0;
  const shown = $("[data-case]", elt);
  if (shown) elt.dataset.detail = shown.dataset.case;
  if (requestConfig?.verb !== "post") return;
  const open = $("details[open] form", elt); // refused: back to the form with what was typed; done: on with the list
  ($(":is([aria-invalid], [data-first], textarea)", open || document.createElement("i")) || $("[data-row].current a") || elt).focus({ preventScroll: true });
});
document.body.addEventListener("desk-changed", () => {
  if (!$("#detail .batch-done") && !list()) return;
  setTimeout(() => {
    if ($("#detail .batch-done") && list()) window.htmx.ajax("GET", location.href, { target: "#cases", select: "#cases", swap: "outerHTML" });
  }, 50);
});

tally();
if (window.htmx) first(true);
else addEventListener("load", () => first(true));
