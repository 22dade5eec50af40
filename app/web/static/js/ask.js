// Beside the contact form: up to three articles that may help with what is being written. They never stand in the way:
// they open in a new tab, so nothing written is lost, and sending works as if they were not there.
// The words are in data attributes of the form.

const PAUSE = 700; // milliseconds without a key before asking
const FEWEST = 8; // characters
const LONGEST = 200;
const MOST = 3;

const form = document.querySelector("[data-ask]");
const place = document.querySelector("[data-ask-suggestions]");
if (form && place) suggest(form, form.querySelector("textarea"));

function suggest(form, field) {
  let timer = 0;
  let asking = null;
  let shown = "";

  field.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    timer = setTimeout(ask, PAUSE);
  });
  if (field.value.trim().length >= FEWEST) ask();

  async function ask() {
    const words = field.value.trim().replace(/\s+/g, " ").slice(0, LONGEST);
    if (words.length < FEWEST) return;
    asking = new AbortController();
    try {
      const answer = await fetch(`/search/suggest?q=${encodeURIComponent(words)}`, { signal: asking.signal });
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      show(suggestions.slice(0, MOST));
    } catch {
      // Without suggestions the form does all that it is for.
    }
  }

  function show(articles) {
    const found = JSON.stringify(articles);
    if (found === shown || (!articles.length && shown)) return;
    shown = found;
    place.replaceChildren();
    if (!articles.length) return;
    const heading = document.createElement("h2");
    heading.textContent = form.dataset.heading;
    const list = document.createElement("ul");
    list.setAttribute("role", "list");
    for (const each of articles) {
      const line = document.createElement("li");
      const link = document.createElement("a");
      const hint = document.createElement("span");
      link.href = each.url;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = each.title;
      hint.className = "unseen";
      hint.textContent = ` (${form.dataset.newTab})`;
      link.append(hint);
      line.append(link);
      list.append(line);
    }
    place.append(heading, list);
  }
}
