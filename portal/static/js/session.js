// A session that ends while its page is open. The server sends the window to the log-in, which leads back here.
(() => {
  "use strict";
  const FIELDS = "input:not([type=hidden]), select, textarea";

  const isEdited = (field) => {
    if (!field.matches(FIELDS)) return false;
    if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((each) => each.defaultSelected));
    return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  };
  const anythingEdited = () => [...document.querySelectorAll("form[method=post]")].some((form) => [...form.elements].some(isEdited));

  // A form that is being sent keeps what is in it; a click on a link means to leave.
  const wouldLose = ({ sourceElement, request }) =>
    request.method === "GET" ? !sourceElement.matches("a") && anythingEdited() : Boolean(request.form?.querySelector(FIELDS));

  document.addEventListener("htmx:before:response", ({ detail: { ctx } }) => {
    // Without its redirect, what is left of the answer is a notice with a way to log in beside this page.
    if (ctx.response.status === 401 && wouldLose(ctx)) delete ctx.hx.redirect;
  });

  // A page that outlived its session has the token of the old one.
  document.addEventListener("csrf:renewed", ({ detail: { token } }) => {
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  });
})();
