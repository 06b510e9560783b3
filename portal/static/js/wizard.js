// Step 1 of the wizard. The server holds the same rules; this only says so sooner, and keeps what was typed in place.
(() => {
  "use strict";

  // A passed test counts for exactly the values that were tested: typing anything closes Next again and dims the verdict.
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-tested]");
    if (!form) return;
    form.querySelector("[data-next]").disabled = true;
    form.querySelector("[data-verdict]").inert = true;
    form.querySelector("[data-stale]").hidden = false;
  });

  // Whoever types into an address, or into what was filled in for it, is not interrupted by an answer to what it was.
  document.addEventListener("input", (event) => {
    const base = document.querySelector("[data-leads]");
    if (!base) return;
    if (event.target === base || event.target.closest("#addresses")) base.dispatchEvent(new Event("htmx:abort"));
  });

  // "Use this" puts a value into a field as if it had been typed.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fills]");
    if (!button) return;
    const field = document.getElementById(button.dataset.fills);
    field.value = button.dataset.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // The server never sends a secret back. While a test fails for another reason, the one that was typed stays typed.
  let typed = {};
  document.addEventListener("htmx:before:swap", () => {
    typed = {};
    for (const field of document.querySelectorAll("form[data-tested] input[type=password]")) typed[field.id] = field.value;
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const field of document.querySelectorAll("form[data-tested] [data-keeps]")) {
      if (!field.value) field.value = typed[field.id] ?? "";
    }
  });
})();
