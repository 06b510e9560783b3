// Light or dark: the system's choice, unless this person chose otherwise on this machine.
(() => {
  "use strict";
  const KEY = "portal-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try { return localStorage.getItem(KEY) || "system"; } catch { return "system"; }
  };
  const choose = (choice) => {
    try { localStorage.setItem(KEY, choice); } catch { /* private windows may refuse; the page still changes */ }
    root.dataset.themeChoice = choice;
    paint();
  };
  const paint = () => {
    const choice = root.dataset.themeChoice;
    root.dataset.bsTheme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      if (button !== root) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  };

  root.classList.add("js");
  root.dataset.themeChoice = chosen();
  paint();
  system.addEventListener("change", paint);
  document.addEventListener("DOMContentLoaded", paint);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
})();
