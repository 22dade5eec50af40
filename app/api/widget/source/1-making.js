// Making what is shown: elements, words of the site, icons. Nothing is ever made from text that could hold markup.

const ICONS = {
  help: "M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h.01",
  close: "M18 6 6 18M6 6l12 12",
  back: "m12 19-7-7 7-7M19 12H5",
  search: "m21 21-4.3-4.3M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
  out: "M15 3h6v6M10 14 21 3M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6",
};
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (functions listen, true is an empty attribute, null and false none) and what it holds. */
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(attribute, value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(attribute, value === true ? "" : value);
    }
  }
  element.append(...inside.filter((each) => each !== null && each !== undefined && each !== ""));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  svg.append(drawn);
  return svg;
}

/** The site's words under a name, with its {places} filled in. */
function say(name, places = {}) {
  return settings.words[name].replace(/\{(\w+)\}/g, (_whole, place) => places[place] ?? "");
}

/** A sentence of which one place, such as {query}, holds somebody else's words: set apart, in strong type. */
function sayAbout(name, place, words) {
  const [before, after = ""] = settings.words[name].split(`{${place}}`);
  return [before, make("strong", {}, make("bdi", {}, words)), after];
}

/** A link that leaves the panel, and says so. */
function outward(address, words, style = "") {
  const hidden = make("span", { class: "unseen" }, ` ${say("new_tab")}`);
  const attributes = { href: address, target: "_blank", rel: "noopener", class: style || null };
  return make("a", attributes, words, hidden, icon("out"));
}
