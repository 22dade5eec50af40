// "Did this fix your problem?" without leaving the page: the form is sent, and the answer's section takes the old one's
// place. If that fails the press stays, the page says so and tries again after growing pauses, and what was written
// stays where it is, over a reload, too.

const BUSY_AFTER = 300; // milliseconds before a wait is worth a word
const GIVE_UP_AFTER = 15000;
const PAUSES = [2000, 4000, 8000, 16000, 32000, 60000]; // milliseconds; then only the button tries again

const status = document.createElement("p");
status.className = "unseen";
status.setAttribute("role", "status");
document.body.append(status);

let isSending = false;
let next; // the timer of the next try
let tries = 0;

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-vote]");
  if (!form) return;
  event.preventDefault();
  tries = 0;
  send(form, event.submitter ?? form.querySelector("button[type=submit]"));
});

document.addEventListener("input", (event) => {
  if (event.target.id === "vote-comment") keep(event.target, event.target.value);
});

restore(document);

async function send(form, button, isByItself = false) {
  if (isSending) return;
  isSending = true;
  clearTimeout(next);
  const section = form.closest("#vote");
  section.setAttribute("aria-busy", "true");
  if (button.name) press(form, button);
  const waiting = setTimeout(() => isByItself || say(section.dataset.sending), BUSY_AFTER);
  let wait = PAUSES[tries++]; // of no use when trying again is of no use
  try {
    const fields = new URLSearchParams(new FormData(form));
    if (button.name) fields.set(button.name, button.value);
    const answer = await fetch(form.action, {
      method: "POST",
      body: fields,
      signal: AbortSignal.timeout(GIVE_UP_AFTER),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = page.getElementById("vote");
    if (!answer.ok || !place) {
      if (answer.status < 500 && answer.status !== 429) wait = undefined;
      wait &&= Math.max(wait, 1000 * Number(answer.headers.get("Retry-After") ?? 0));
      throw new Error(page.querySelector("main .lead")?.textContent ?? "");
    }
    const comment = form.querySelector("#vote-comment");
    if (comment) keep(comment, "");
    swap(section, place);
  } catch (error) {
    // Only our own pages explain themselves in words for people; a broken line does not.
    const reason = error.constructor === Error ? error.message.trim() : "";
    fail(section, form, button, reason, wait, isByItself);
  } finally {
    clearTimeout(waiting);
    isSending = false;
  }
}

function swap(section, next) {
  const written = section.querySelector("#vote-comment")?.value ?? "";
  const place = document.importNode(next, true);
  const field = place.querySelector("#vote-comment");
  if (field && !field.value) field.value = written;
  keepMessage(section, place);
  restore(place);
  section.replaceWith(place);
  const heading = place.querySelector("#vote-title");
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
  say(heading.textContent.trim());
}

// What was written to a person meanwhile stays.
function keepMessage(section, place) {
  for (const written of section.querySelectorAll("[data-ask] :is(textarea, input)[id]")) {
    const field = place.querySelector(`#${written.id}`);
    if (field) field.value = written.value;
  }
}

function fail(section, form, button, reason, wait, isByItself) {
  section.removeAttribute("aria-busy");
  const words = [reason || section.dataset.failed, section.dataset.kept, wait ? section.dataset.retrying : ""];
  const said = section.querySelector(".vote-failed");
  const notice = said ?? document.createElement("div");
  const message = said?.querySelector("p") ?? document.createElement("p");
  message.textContent = words.join(" ").trim();
  if (!said) {
    notice.className = "notice notice-danger vote-failed";
    notice.setAttribute("role", "alert");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button";
    again.textContent = section.dataset.again;
    notice.append(message, again);
    section.append(notice);
  }
  const again = notice.querySelector("button");
  again.onclick = () => {
    tries = 0;
    send(form, button);
  };
  if (!isByItself) again.focus();
  if (wait) next = setTimeout(() => send(form, button, true), wait);
}

function press(form, button) {
  for (const each of form.querySelectorAll("button[name]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
}

function say(words) {
  status.textContent = words;
}

// What is being written, kept for this tab until it has arrived. Browsers may forbid that.
function keep(field, words) {
  try {
    if (words) sessionStorage.setItem(nameOf(field), words);
    else sessionStorage.removeItem(nameOf(field));
  } catch {}
}

// The article tells, not the page: among the results of searches one answer follows the other.
function nameOf(field) {
  return `comment ${field.form.getAttribute("action")}`;
}

function restore(place) {
  const field = place.querySelector("#vote-comment");
  try {
    if (field) field.value = sessionStorage.getItem(nameOf(field)) ?? field.value;
  } catch {}
}
