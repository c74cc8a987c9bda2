// Comforts only: every act can be completed without this file.
"use strict";

// What went wrong is read first, also where a browser ignores autofocus.
document.querySelector("[data-error-summary]")?.focus();

// One press sends once. Coming back by the browser's history makes the form usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// A menu closes on Escape, on a press elsewhere and when the keyboard leaves it.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(except)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Two minutes before the session ends the page says so. Clocks are compared, because timers stop while a computer sleeps.
const warning = document.getElementById("session-warning");
if (warning) {
  const until = Date.now() + (Number(warning.dataset.seconds) - 120) * 1000;
  const watch = setInterval(() => {
    if (Date.now() < until) return;
    warning.hidden = false;
    clearInterval(watch);
  }, 1000);
}
