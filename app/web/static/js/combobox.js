// Suggestions under every search field, after the ARIA combobox pattern with a list box.
// Without this script the field is a plain form that searches. The words are in data attributes of the form.

const PAUSE = 150; // milliseconds without a key before asking
const BUSY_AFTER = 300; // milliseconds before a wait is worth a sign
const FEWEST = 2;
const SLASH_OFF = "slash-is-off";

for (const form of document.querySelectorAll("[data-search]")) {
  enhance(form);
}
letSlashSearch();

function enhance(form) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestions);
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  let timer = 0;
  let waiting = 0;
  let asking = null;
  let chosen = -1;
  let shownFor = "";

  input.addEventListener("input", () => {
    stopAsking();
    choose(-1);
    const words = input.value.trim();
    if (words.length < FEWEST) {
      close();
      return;
    }
    timer = setTimeout(() => ask(words), PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.altKey) {
      event.preventDefault();
      if (step < 0) close();
      else reveal(() => {});
    } else if (step) {
      if (list.hidden && input.value.trim().length < FEWEST) return;
      event.preventDefault();
      if (list.hidden) reveal(() => move(step));
      else move(step);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
      event.preventDefault();
      go(list.children[chosen]);
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      choose(-1); // the keys move in the text, so that is where the reader is
    }
  });

  input.addEventListener("blur", () => {
    stopAsking();
    close();
  });
  form.addEventListener("submit", () => {
    stopAsking();
    close();
    wait();
  });
  // A page that the reader came back to waits for nothing.
  addEventListener("pageshow", stopWaiting);
  // Pressing on the list must not take the focus, or the list would close under the finger.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });

  // Show the suggestions for what is written, asking for them first where they are not known.
  function reveal(then) {
    const words = input.value.trim();
    if (list.children.length && shownFor === words) {
      open();
      then();
    } else if (words.length >= FEWEST) {
      stopAsking();
      ask(words, then);
    }
  }

  async function ask(words, then = () => {}) {
    const mine = new AbortController();
    asking = mine;
    wait();
    try {
      const address = `${new URL(form.action).pathname}/suggest?q=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { suggestions } = await answer.json();
      if (input.value.trim() !== words || document.activeElement !== input) return;
      show(words, suggestions);
      then();
    } catch (error) {
      // The field still searches; a suggestion that does not come is nothing to disturb anybody with.
      if (error.name !== "AbortError") close();
    } finally {
      if (asking === mine) stopWaiting();
    }
  }

  function stopAsking() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    stopWaiting();
  }

  // One sign for every wait; what stands there meanwhile stays.
  function wait() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      form.classList.add("is-waiting");
      status.textContent = form.dataset.waiting;
    }, BUSY_AFTER);
  }

  function stopWaiting() {
    clearTimeout(waiting);
    form.classList.remove("is-waiting");
    if (status.textContent === form.dataset.waiting) status.textContent = "";
  }

  function show(words, suggestions) {
    list.replaceChildren(...suggestions.map(articleOption), searchOption(words));
    shownFor = words;
    choose(-1);
    open();
    const count = suggestions.length;
    const counts = form.dataset.counts.split("|");
    status.textContent = count === 0 ? form.dataset.none : counts[Math.min(count, counts.length) - 1];
  }

  function option(index, parts) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.className = "suggestion";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(...parts);
    return item;
  }

  function articleOption(suggestion, index) {
    const title = text("span", suggestion.title);
    title.dir = "auto";
    const parts = [glyph(["M14 3v4a1 1 0 0 0 1 1h4", "M17 21H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h7l5 5v11a2 2 0 0 1-2 2z"]), title];
    if (suggestion.area) parts.push(text("span", suggestion.area, "area"));
    const item = option(index, parts);
    item.dataset.url = suggestion.url;
    return item;
  }

  function searchOption(words) {
    const label = document.createElement("span");
    const term = text("bdi", words);
    const [before, after] = form.dataset.searchFor.split("{words}");
    label.append(before, term, after);
    const item = option("all", [glyph(["m21 21-4.3-4.3", "M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16z"]), label]);
    item.classList.add("all");
    return item;
  }

  function move(step) {
    const count = list.children.length;
    // One place beyond both ends is the field itself.
    choose(chosen + step < -1 ? count - 1 : chosen + step >= count ? -1 : chosen + step);
  }

  function choose(place) {
    chosen = place;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
    const item = list.children[place];
    if (!item) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }

  function go(item) {
    const url = item.dataset.url;
    close();
    // Only ever an address of this site, whatever the answer said.
    if (url && new URL(url, location.href).origin === location.origin) location.assign(url);
    else form.requestSubmit();
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }
}

// The / key goes to the search field, unless somebody is writing or has switched it off (WCAG 2.1.4).
function letSlashSearch() {
  const field = document.querySelector("[data-search] input[type=search]");
  const button = document.querySelector("[data-slash]");
  if (!field || !button) return;
  let isOff = remembered() === "yes";
  label();
  button.classList.remove("needs-script");
  button.addEventListener("click", () => {
    isOff = !isOff;
    try {
      localStorage.setItem(SLASH_OFF, isOff ? "yes" : "no");
    } catch {
      // Not kept, but good for this page.
    }
    label();
  });
  document.addEventListener("keydown", (event) => {
    if (isOff || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  function label() {
    button.textContent = isOff ? button.dataset.on : button.dataset.off;
  }

  function remembered() {
    try {
      return localStorage.getItem(SLASH_OFF);
    } catch {
      return null;
    }
  }
}

function text(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  if (className) element.className = className;
  return element;
}

function glyph(paths) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({
    class: "icon",
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.75",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(name, value);
  }
  for (const d of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
