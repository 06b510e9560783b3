// The navigation on small screens, and menus that close when one looks elsewhere.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggles]");
    if (button) {
      const open = document.getElementById(button.dataset.toggles).classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
