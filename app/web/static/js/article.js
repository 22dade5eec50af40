// Comforts of an article: copying code, links to headings, larger pictures, where one is in the contents, explained
// words, and whether the article changed since this browser showed it last.
// Their words are in data attributes of the article's text.

const text = document.querySelector(".prose");
const status = document.createElement("p");
status.className = "unseen";
status.setAttribute("role", "status");
document.body.append(status);

if (text) {
  text.querySelectorAll(".code > pre").forEach(addCopyButton);
  text.querySelectorAll("h2[id], h3[id], h4[id]").forEach(addHeadingLink);
  text.querySelectorAll("img").forEach(letItOpenLarger);
  followContents();
  text.querySelectorAll("a.term").forEach(explain);
  tellWhatChanged();
}

function addCopyButton(block) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.lang = document.documentElement.lang;
  button.dir = document.documentElement.dir;
  button.textContent = text.dataset.copy;
  button.addEventListener("click", () => copy(block.innerText, button));
  block.parentElement.append(button);
}

function addHeadingLink(heading) {
  const words = heading.textContent.trim();
  const link = document.createElement("a");
  link.className = "heading-link";
  link.href = `#${heading.id}`;
  link.textContent = "#";
  link.setAttribute("aria-label", text.dataset.link.replace("{words}", () => words));
  link.addEventListener("click", () => copy(link.href, null));
  heading.append(link);
}

async function copy(words, button) {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    isCopied = copyTheOldWay(words);
  }
  const said = isCopied ? text.dataset.copied : text.dataset.notCopied;
  status.textContent = said;
  if (button) {
    button.textContent = said;
    setTimeout(() => {
      button.textContent = text.dataset.copy;
      status.textContent = "";
    }, 2000);
  }
}

function copyTheOldWay(words) {
  // Where the site has no HTTPS, browsers offer no clipboard.
  const field = document.createElement("textarea");
  field.value = words;
  field.className = "unseen";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  before?.focus();
  return isCopied;
}

function letItOpenLarger(image) {
  const link = image.closest("a.image-link");
  if (link) {
    link.setAttribute("aria-label", text.dataset.larger.replace("{words}", () => image.alt || text.dataset.picture));
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      showLarger(image);
    });
    return;
  }
  if (image.closest("a, button")) return;
  if (!image.complete) {
    image.addEventListener("load", () => letItOpenLarger(image), { once: true });
    return;
  }
  if (image.naturalWidth <= image.clientWidth * 1.15) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "image-larger";
  button.setAttribute("aria-label", text.dataset.larger.replace("{words}", () => image.alt || text.dataset.picture));
  image.replaceWith(button);
  button.append(image);
  button.addEventListener("click", () => showLarger(image));
}

function showLarger(image) {
  const dialog = document.createElement("dialog");
  dialog.className = "larger";
  dialog.setAttribute("aria-label", image.alt || text.dataset.picture);
  const form = document.createElement("form");
  form.method = "dialog";
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = text.dataset.close;
  const picture = document.createElement("img");
  picture.src = image.currentSrc || image.src;
  picture.alt = image.alt;
  form.append(close);
  dialog.append(form, picture);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === picture) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function followContents() {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents-wide a")) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!headings.length) return;
  let current = null;
  const watch = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px", threshold: [0, 1] });
  headings.forEach((heading) => watch.observe(heading));

  function mark() {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3);
    const next = links.get((passed.at(-1) ?? headings[0]).id);
    if (next === current) return;
    current?.removeAttribute("aria-current");
    next.setAttribute("aria-current", "location");
    current = next;
  }
}

// An explanation opens on hover, on focus and on a tap; it stays while the pointer or the focus is on it, and Escape
// closes it. Enter and a click with a mouse follow the link to the glossary, as without script.
function explain(term, number) {
  const note = document.createElement("span");
  note.className = "term-note";
  note.id = `term-${number}`;
  note.hidden = true;
  const words = document.createElement("span");
  words.id = `${note.id}-words`;
  words.textContent = term.dataset.definition;
  const more = document.createElement("a");
  more.href = term.dataset.url || term.getAttribute("href");
  more.textContent = term.dataset.title || text.dataset.glossary;
  note.append(words, more);
  term.after(note);
  term.setAttribute("aria-describedby", words.id);
  let leaving = 0;

  function open() {
    clearTimeout(leaving);
    if (!note.hidden) return;
    note.hidden = false;
    note.style.removeProperty("translate");
    const edge = document.documentElement.clientWidth - 8;
    const box = note.getBoundingClientRect();
    const over = box.right > edge ? edge - box.right : box.left < 8 ? 8 - box.left : 0;
    if (over) note.style.setProperty("translate", `${over}px 0`);
  }
  function close() {
    clearTimeout(leaving);
    note.hidden = true;
  }
  function closeSoon() {
    clearTimeout(leaving);
    leaving = setTimeout(() => {
      if (!note.contains(document.activeElement) && document.activeElement !== term) close();
    }, 250);
  }

  let isTouched = false;
  term.addEventListener("pointerdown", (event) => {
    isTouched = event.pointerType !== "mouse";
  });
  term.addEventListener("click", (event) => {
    if (!isTouched) return;
    event.preventDefault();
    isTouched = false;
    open();
  });
  for (const part of [term, note]) {
    part.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open());
    part.addEventListener("pointerleave", closeSoon);
    part.addEventListener("focusin", open);
    part.addEventListener("focusout", closeSoon);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || note.hidden) return;
    if (note.contains(document.activeElement)) term.focus();
    close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!note.hidden && !note.contains(event.target) && event.target !== term) close();
  });
}

// Which revision this browser showed last is kept here only, in its own storage: the site never learns of it.
function tellWhatChanged() {
  const key = "articles-read";
  const { read, revision, lastChange } = text.dataset;
  try {
    const known = JSON.parse(localStorage.getItem(key)) || {};
    const before = known[read];
    const link = document.querySelector(".what-changed");
    if (before && link && before.revision < Number(lastChange)) {
      const { lang } = document.documentElement;
      const locale = lang === "en" ? "en-GB" : lang; // as the dates that the server writes
      const day = new Date(before.on).toLocaleDateString(locale, { day: "numeric", month: "long" });
      link.textContent = text.dataset.changed.replace("{date}", () => day);
      link.href += `?since=${before.revision}`;
      link.classList.add("is-news");
    }
    delete known[read];
    known[read] = { revision: Number(revision), on: Date.now() };
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(Object.entries(known).slice(-200))));
  } catch {
    // Without storage nobody can tell what was read here.
  }
}
