// Suggestions under every search field, after the ARIA combobox pattern with a list box.
// Without this script the field is a plain form that searches. The words are in data attributes of the form.

const PAUSE = 150; // milliseconds without a key before asking
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
  let asking = null;
  let chosen = -1;
  let shownFor = "";

  input.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    const words = input.value.trim();
    if (words.length < FEWEST) {
      close();
      return;
    }
    timer = setTimeout(() => ask(words), PAUSE);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) {
        if (list.children.length && shownFor === input.value.trim()) open();
        else if (input.value.trim().length >= FEWEST) ask(input.value.trim());
        else return;
      }
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
      event.preventDefault();
      go(list.children[chosen]);
    }
  });

  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
  form.addEventListener("submit", () => asking?.abort());
  // Pressing on the list must not take the focus, or the list would close under the finger.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });

  async function ask(words) {
    asking = new AbortController();
    try {
      const address = `${new URL(form.action).pathname}/suggest?q=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { suggestions } = await answer.json();
      if (input.value.trim() === words && document.activeElement === input) show(words, suggestions);
    } catch (error) {
      // The field still searches; a suggestion that does not come is nothing to disturb anybody with.
      if (error.name !== "AbortError") close();
    }
  }

  function show(words, suggestions) {
    list.replaceChildren(...suggestions.map(articleOption), searchOption(words));
    shownFor = words;
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
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
    const options = [...list.children];
    if (!options.length) return;
    options[chosen]?.setAttribute("aria-selected", "false");
    // One place beyond both ends is the field itself.
    chosen = chosen + step < -1 ? options.length - 1 : chosen + step >= options.length ? -1 : chosen + step;
    if (chosen < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
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
    chosen = -1;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    for (const item of list.children) item.setAttribute("aria-selected", "false");
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
