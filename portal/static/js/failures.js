// When a request brings no answer of ours, the page keeps its content; a notice says so and offers to try again.
(() => {
  "use strict";
  const LEAVING = 5000;
  let failed = null; // the request that the notice is about
  let leftAt = -LEAVING;

  // Going back in history replaces the whole body: these are looked up anew.
  const place = () => document.getElementById("failure");
  const blank = () => document.getElementById("blank-failure").content.cloneNode(true);
  const isRefresh = (ctx) => ctx.sourceElement.matches("[data-refresh]");
  // Several parts of a page ask by themselves: the answer to one of them says nothing about another.
  const isOver = (ctx) => !isRefresh(ctx) || ctx.sourceElement === failed.sourceElement;
  const hide = () => { place().replaceChildren(); failed = null; };

  const show = (ctx, problem, remedy) => {
    // A part of the page that keeps asking fails again and again: that is said once.
    if (isRefresh(ctx) && failed) return;
    failed = ctx;
    const notice = blank();
    const doubt = ctx.request.method === "GET" ? "" : "Your change may not have been saved. ";
    notice.querySelector("[data-problem]").textContent = problem;
    notice.querySelector("[data-remedy]").textContent = doubt + remedy;
    place().replaceChildren(notice);
  };
  const showUnusable = (ctx) => {
    const { status, headers } = ctx.response;
    const id = headers.get("X-Request-Id");
    if (id) show(ctx, "Something went wrong in the portal.", `Try again in a moment. Error ID ${id}, status ${status}.`);
    else show(ctx, "The portal is not responding.", `Try again in a moment. A server in front of it answered with status ${status}.`);
  };
  // The notice takes the focus away with it when it goes: back to where the request came from.
  const focusBack = ({ sourceElement, sourceEvent }) => (sourceEvent.submitter ?? sourceElement).focus();
  const tryAgain = (ctx) => {
    const { sourceElement: source, sourceEvent: event } = ctx;
    if (!source.isConnected || source === document.body) location.reload();
    else if (isRefresh(ctx)) source.dispatchEvent(new Event("refresh", { bubbles: true }));
    else if (source.matches("form")) source.requestSubmit(event.submitter?.form === source ? event.submitter : null);
    else if (source.matches("a, button")) source.click();
    else source.dispatchEvent(new Event(event.type));
  };

  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    if (ctx.hx.redirect) return;
    if (ctx.hx.retarget === "#failure") {
      if (isRefresh(ctx) && failed) event.preventDefault();
      else failed = ctx;
    } else if (status >= 500 || !headers.has("X-Request-Id")) {
      event.preventDefault();
      showUnusable(ctx);
    } else if (failed && isOver(ctx)) {
      hide();
    }
  });

  // An answer that lacks what is to be cut out of it would leave a hole in the page.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    const main = tasks.find((task) => task.type === "main");
    if (!ctx.select || ctx.swap === "none" || main?.fragment.childElementCount) return;
    event.preventDefault();
    if (ctx.response.raw.redirected) location.href = ctx.response.raw.url;
    else showUnusable(ctx);
  });

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    // Leaving a page ends its requests. What has no request, or an answer, is a fault of a script.
    if (!ctx?.request || ctx.status.startsWith("response") || performance.now() - leftAt < LEAVING) return;
    if (ctx.request.signal?.reason === "timeout") show(ctx, "The portal took too long to answer.", "Try again in a moment.");
    else if (!navigator.onLine) show(ctx, "You are offline.", "Check your connection, then try again.");
    else if (error instanceof TypeError) show(ctx, "The portal cannot be reached.", "Check your connection, then try again. If that does not help, reload the page.");
  });
  addEventListener("beforeunload", () => { leftAt = performance.now(); });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#failure")) return;
    const ctx = failed;
    if (!ctx || !target.closest("[data-retry], [data-dismisses]")) return;
    hide();
    focusBack(ctx);
    if (target.closest("[data-retry]")) tryAgain(ctx);
  });
})();
