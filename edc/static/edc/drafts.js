// Keeps what is typed and not saved: on the server, for this person only, every few seconds while something changes.
// It hooks on form[data-draft-url] and [data-draft-status]; without this file a form is simply not kept.
"use strict";

(() => {
  const form = document.querySelector("form[data-draft-url]");
  if (!form) return;
  const line = form.querySelector("[data-draft-status]");
  const PAUSE = 4000;
  let waiting = null;
  let leaving = false;

  const say = (text) => { if (line) line.textContent = text; };

  const keep = async () => {
    waiting = null;
    if (leaving) return;
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
      say(answer.ok && !answer.redirected ? `Not saved yet. Draft kept ${at}.` : "Not saved yet, and the draft could not be kept.");
    } catch {
      say("Not saved yet, and the server cannot be reached.");
    }
  };

  form.addEventListener("input", () => { if (waiting === null) waiting = setTimeout(keep, PAUSE); });
  form.addEventListener("change", () => { if (waiting === null) waiting = setTimeout(keep, PAUSE); });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
  });
})();
