"""The two scripts of the pages, as modules: strict, with names of their own, and run when the page is there.

Both are constant: what they need to know stands in data attributes, never in here.
"""

from __future__ import annotations

from concierge.login.site.markup import Html

# Single keys act only while the list has the focus (WCAG 2.1.4), so that a dictated or mistyped digit elsewhere opens
# nothing. The list takes the focus at once, without a scroll: to choose is all that there is to do on this page.
CHOOSE = Html("""
const list = document.getElementById("workspaces");
const links = [...list.querySelectorAll("a")];
document.getElementById("keys").hidden = false;
links.slice(0, 9).forEach((link, place) => {
  link.setAttribute("aria-keyshortcuts", place + 1);
  link.querySelector("kbd").hidden = false;
});
list.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const link = /^[1-9]$/.test(event.key) ? links[event.key - 1] : undefined;
  if (link) { event.preventDefault(); link.click(); }
});
list.focus({ preventScroll: true });
""")

# Asks every 2 to 10 s for 10 minutes. An answer without a state (a proxy's error page, a throttled call) is no news;
# one that refuses is, and the page that it leads to says why. The status is written to only when it changes, since
# every change is read aloud.
WAIT = Html("""
const { poll, again, ready, interrupted, stopped } = document.getElementById("waiting").dataset;
const status = document.getElementById("status");
const started = Date.now();
const minutes = () => (Date.now() - started) / 60000;
let pause = 2000;
const say = (text) => { if (status.textContent !== text) status.textContent = text; };
const ask = async () => {
  try {
    const answer = await fetch(poll, {
      headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout?.(10000),
    });
    if ([400, 401, 403, 404, 410].includes(answer.status)) return "over";
    const { state } = await answer.json();
    return typeof state === "string" ? state : "";
  } catch { return ""; }
};
const look = async () => {
  const state = await ask();
  if (state && state !== "preparing") {
    say(state === "ready" ? ready : "");
    location.replace(again);
    return;
  }
  say(state ? "" : interrupted);
  if (minutes() >= 5) document.getElementById("long").hidden = false;
  if (minutes() >= 10) {
    document.getElementById("waiting").classList.add("stopped");
    document.getElementById("automatic").hidden = true;
    say(stopped);
    return;
  }
  pause = Math.min(pause * 1.3, 10000);
  setTimeout(look, pause);
};
document.getElementById("automatic").hidden = false;
setTimeout(look, pause);
""")
