// The text of an article, made anew from what is known to be harmless: the site has cleaned it, and we take no chances.

const TAGS = new Set(
  ("a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i " +
    "img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time " +
    "tr u ul var wbr").split(" "),
);
const DROPPED = new Set(["script", "style", "template", "iframe", "object", "embed", "noscript", "svg", "math"]);
const KEPT = new Set(
  "alt class colspan dir height id lang open reversed role rowspan scope start tabindex title aria-label aria-hidden width datetime".split(" "),
);
const SAFE = /^(?:https?:|mailto:|tel:)/i;

/** A fragment with the text, or null when the page allows nobody to read HTML (Trusted Types). */
function articleText(html) {
  const read = readHtml(html);
  if (!read) return null;
  const fragment = document.createDocumentFragment();
  fragment.append(...copies(read.body));
  return fragment;
}

function readHtml(html) {
  try {
    const policy = window.trustedTypes?.createPolicy("help-widget", { createHTML: (text) => text });
    readHtml.policy ??= policy;
  } catch {
    // The policy exists already, or the page allows none: then reading fails below.
  }
  try {
    return new DOMParser().parseFromString(readHtml.policy ? readHtml.policy.createHTML(html) : html, "text/html");
  } catch {
    return null;
  }
}

function copies(parent) {
  return Array.from(parent.childNodes).flatMap((node) => {
    if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
    if (node.nodeType !== Node.ELEMENT_NODE) return [];
    const name = node.localName;
    if (DROPPED.has(name)) return [];
    return TAGS.has(name) ? [copy(node, name)] : copies(node);
  });
}

function copy(node, name) {
  const element = document.createElement(name);
  for (const { name: attribute, value } of node.attributes) if (KEPT.has(attribute)) element.setAttribute(attribute, value);
  if (name === "a" && node.hasAttribute("href")) aim(element, node.getAttribute("href"));
  if (name === "img") {
    const source = whole(node.getAttribute("src") ?? "");
    if (source && /^https?:/i.test(source)) element.src = source;
    element.loading = "lazy";
  }
  element.append(...copies(node));
  return element;
}

function whole(address) {
  try {
    const found = new URL(address, HOME).href;
    return SAFE.test(found) ? found : null;
  } catch {
    return null;
  }
}

/** Links stay in the panel when they lead to an article or a heading of this one; others open beside the page. */
function aim(link, address) {
  if (address.startsWith("#")) {
    link.href = address;
    return;
  }
  const found = whole(address);
  if (!found) return;
  link.href = found;
  link.target = "_blank";
  link.rel = "noopener";
}

/** The number of the article under an address of the help site; null for anything else. */
function articleNumber(address) {
  const path = address.startsWith(HOME) ? address.slice(HOME.length) : "";
  return path.match(/^articles\/(\d{1,9})(?:[-?#]|$)/)?.[1] ?? null;
}
