// What the desk can do only with a script: copy a value, tick a whole page, and keep what is live up to date.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  const many = document.getElementById("many");
  if (many) {
    const all = many.querySelector("[data-ticks-all]");
    const boxes = [...many.querySelectorAll("[name=id]")];
    const count = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      many.querySelector("[data-ticked]").textContent = ` (${ticked})`;
      if (!all) return;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    if (all) {
      all.hidden = false;
      all.addEventListener("change", () => {
        for (const box of boxes) box.checked = all.checked;
        count();
      });
    }
    many.addEventListener("change", count);
    count();
  }

  // Fetch the page again and exchange what is live, unless somebody is using it or nobody can see it.
  const EVERY = 2000;
  const isUsed = (part) =>
    part.contains(document.activeElement) || part.querySelector("details[open]") ||
    (!getSelection().isCollapsed && part.contains(getSelection().anchorNode));
  const refresh = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other && other.innerHTML !== part.innerHTML && !isUsed(part)) part.innerHTML = other.innerHTML;
    }
  };
  if (document.querySelector("[data-live]")) {
    const turn = () => refresh().catch(() => {}).finally(() => setTimeout(turn, EVERY));
    setTimeout(turn, EVERY);
  }
})();
