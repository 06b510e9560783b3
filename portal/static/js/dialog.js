// Links that open a dialog of the page instead of the page they lead to.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const closer = event.target.closest("dialog [data-closes]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    if (closer) closer.closest("dialog").close();
    if (opener || closer) event.preventDefault();
  });
})();
