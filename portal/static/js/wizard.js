// A passed test counts for exactly the values that were tested: typing anything closes Next again.
// The server holds the same rule; this only says so sooner.
(() => {
  "use strict";
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-tested]");
    if (!form) return;
    form.querySelector("[data-next]").disabled = true;
    const verdict = form.querySelector("[data-verdict]");
    if (verdict) verdict.hidden = true;
    form.querySelector("[data-stale]").hidden = false;
  });
})();
