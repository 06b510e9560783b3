// Keeps parts of a page up to date: every half minute, and at once when somebody comes back to it. A part that is live
// asks more often by itself. A page that nobody sees asks nothing.
(() => {
  "use strict";
  const IDLE = 30_000;
  const BURST = 50; // a window that comes to the front fires more than one event
  let comingBack;

  const refresh = () => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-refresh]")) part.dispatchEvent(new Event("refresh", { bubbles: true }));
  };
  const comeBack = () => {
    clearTimeout(comingBack);
    comingBack = setTimeout(refresh, BURST);
  };

  setInterval(refresh, IDLE);
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("focus", comeBack);
  addEventListener("pageshow", (event) => { if (event.persisted) comeBack(); });

  document.addEventListener("refresh", ({ target: part }) => {
    htmx.ajax("GET", part.dataset.refresh, { source: part, target: part, swap: "outerMorph" });
  });
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (!sourceElement.matches("[data-refresh]")) return;
    if (document.hidden) event.preventDefault();
    // By this the server knows that nobody has done anything: an open page alone does not keep a session from expiring.
    request.headers["X-Auto-Refresh"] = "true";
  });

  // What a person has opened stays open, although the server knows nothing of it.
  htmx.registerExtension("keep-open", {
    htmx_before_morph_attr: (element, { attrName }) => !(element.localName === "details" && attrName === "open"),
  });
})();
