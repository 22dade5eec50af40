// Comforts of an article: copying code, links to headings, larger pictures, and where one is in the contents.
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
