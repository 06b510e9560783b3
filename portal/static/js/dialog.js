// Links that open a dialog of the page instead of the page they lead to. Where the page has no such dialog, they lead.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const closer = event.target.closest("dialog [data-closes]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog) dialog.showModal();
    if (closer) closer.closest("dialog").close();
    if (dialog || closer) event.preventDefault();
  });
})();
