// Shows that a request takes long, and keeps the buttons of a form from being pressed twice meanwhile.
(() => {
  "use strict";
  const LONG = 300;
  const slow = new Set();
  const sending = new Map(); // form → the buttons that are locked

  // A field that asks for suggestions saves nothing: it may ask anew at any time, and no button waits for its answer.
  const isSaving = ({ request, sourceElement }) => request.method !== "GET" && request.form && !sourceElement.matches("input");

  const paint = () => { document.getElementById("progress").hidden = slow.size === 0; };

  // Not "disabled", which would take the focus away from the button that was pressed.
  const lock = (form) => {
    const buttons = [...form.elements].filter((each) => each.type === "submit" && !each.hasAttribute("aria-disabled"));
    sending.set(form, buttons);
    for (const button of buttons) button.setAttribute("aria-disabled", "true");
  };
  const unlock = (form) => {
    for (const button of sending.get(form) ?? []) button.removeAttribute("aria-disabled");
    sending.delete(form);
  };

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (isSaving(ctx) && sending.has(ctx.request.form)) event.preventDefault();
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (isSaving(ctx)) lock(ctx.request.form);
    ctx.turnsSlow = setTimeout(() => {
      slow.add(ctx);
      ctx.target?.setAttribute("aria-busy", "true");
      paint();
    }, LONG);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    clearTimeout(ctx.turnsSlow);
    if (slow.delete(ctx)) ctx.target?.removeAttribute?.("aria-busy");
    if (isSaving(ctx)) unlock(ctx.request.form);
    paint();
  });
})();
