// "Did this fix your problem?" without leaving the page: the form is sent, and the answer's section takes the old one's
// place. If that fails the press stays, the page says so, and what was written stays where it is.

const BUSY_AFTER = 300; // milliseconds before a wait is worth a word
const GIVE_UP_AFTER = 15000;

const status = document.createElement("p");
status.className = "unseen";
status.setAttribute("role", "status");
document.body.append(status);

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-vote]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  send(form, button);
});

let isSending = false;

async function send(form, button) {
  if (isSending) return;
  isSending = true;
  const section = form.closest("#vote");
  section.querySelector(".vote-failed")?.remove();
  section.setAttribute("aria-busy", "true");
  if (button.name) press(form, button);
  const waiting = setTimeout(() => say(section.dataset.sending), BUSY_AFTER);
  try {
    const fields = new URLSearchParams(new FormData(form));
    if (button.name) fields.set(button.name, button.value);
    const answer = await fetch(form.action, {
      method: "POST",
      body: fields,
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("vote");
    if (!answer.ok || !next) throw new Error(page.querySelector("main p")?.textContent ?? "");
    swap(section, next);
  } catch (error) {
    // Only our own pages explain themselves in words for people; a broken line does not.
    fail(section, form, button, error.constructor === Error ? error.message.trim() : "");
  } finally {
    clearTimeout(waiting);
    isSending = false;
  }
}

function swap(section, next) {
  const written = section.querySelector("textarea")?.value ?? "";
  const place = document.importNode(next, true);
  const field = place.querySelector("textarea");
  if (field && !field.value) field.value = written;
  section.replaceWith(place);
  const heading = place.querySelector("#vote-title");
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
  say(heading.textContent.trim());
}

function fail(section, form, button, reason) {
  section.removeAttribute("aria-busy");
  const notice = document.createElement("div");
  notice.className = "notice notice-danger vote-failed";
  notice.setAttribute("role", "alert");
  const message = document.createElement("p");
  message.textContent = `${reason || section.dataset.failed} ${section.dataset.kept}`;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button";
  again.textContent = section.dataset.again;
  again.addEventListener("click", () => send(form, button));
  notice.append(message, again);
  section.append(notice);
  again.focus();
}

function press(form, button) {
  for (const each of form.querySelectorAll("button[name]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
}

function say(words) {
  status.textContent = words;
}
