// The search: a combobox after the ARIA practice, its suggestions, and what was found.

const TYPING_PAUSE = 150;
const LEAST_TYPED = 2;

/** The view with the search field. Kept while articles are read, so that going back shows what was found. */
function searchView() {
  const field = make("input", {
    id: "field", type: "text", inputmode: "search", role: "combobox", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    enterkeyhint: "search", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions",
    "aria-describedby": "field-hint", maxlength: settings.longest.query, dir: "auto",
    input: () => later(), keydown: (event) => key(event), blur: () => setTimeout(close, 150),
  });
  const list = make("ul", { id: "suggestions", role: "listbox", "aria-label": say("suggestions"), hidden: true });
  const found = make("div", { class: "found" });
  const form = make(
    "form",
    { role: "search", class: "search", submit: (event) => (event.preventDefault(), search(field.value)) },
    make("label", { for: "field" }, say("search_label")),
    make("div", { class: "field" }, field, make("button", { type: "submit", class: "button primary", "aria-label": say("search") }, icon("search")), list),
    make("p", { id: "field-hint", class: "unseen" }, say("keys")),
  );
  const view = make("div", {}, form, found);
  let timer = 0, suggesting = null, searching = null, active = -1, query = "";

  function later() {
    clearTimeout(timer);
    timer = setTimeout(suggest, TYPING_PAUSE);
  }

  async function suggest() {
    const typed = field.value.trim();
    suggesting?.abort();
    if (typed.length < LEAST_TYPED) return close();
    suggesting = new AbortController();
    try {
      const said = await ask("api/v1/suggest", { parameters: { q: typed, lang: settings.language }, signal: suggesting.signal });
      if (field.value.trim() === typed && root.activeElement === field) offer(typed, said.suggestions);
    } catch {
      close(); // searching says what is wrong; suggestions only help
    }
  }

  function offer(typed, suggestions) {
    const titles = suggestions.map((each) =>
      option(make("span", { lang: each.language ?? null, dir: "auto" }, each.title), each.area, () => openArticle(each)));
    list.replaceChildren(...titles, option(make("span", {}, ...sayAbout("search_for", "query", typed)), "", () => search(typed)));
    list.hidden = false;
    active = -1;
    field.setAttribute("aria-expanded", "true");
    field.removeAttribute("aria-activedescendant");
    panel.announce(say("suggestions_count", { count: suggestions.length }));
  }

  function option(words, area, choose) {
    const where = Array.isArray(area) ? area.join(" › ") : area;
    const line = make("li", { id: `option-${list.childElementCount}-${Math.random().toString(36).slice(2)}`, role: "option", "aria-selected": "false" },
      words, where ? make("small", { dir: "auto" }, where) : null);
    line.addEventListener("mousedown", (event) => event.preventDefault());
    line.addEventListener("click", () => (close(), choose()));
    return line;
  }

  function close() {
    clearTimeout(timer);
    suggesting?.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function key(event) {
    const options = [...list.children];
    const isOpen = !list.hidden;
    if (event.isComposing) return;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOpen) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(options, active === -1 && step === -1 ? options.length - 1 : (active + step + options.length + 1) % (options.length + 1));
    } else if (event.key === "ArrowDown" && field.value.trim().length >= LEAST_TYPED) {
      event.preventDefault();
      suggest();
    } else if (event.key === "Enter" && isOpen && options[active]) {
      event.preventDefault();
      options[active].click();
    }
  }

  /** Mark one option; one step beyond the last is the field itself. */
  function mark(options, at) {
    active = at === options.length ? -1 : at;
    options.forEach((each, place) => each.setAttribute("aria-selected", String(place === active)));
    if (active === -1) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  async function search(text, { exact = false } = {}) {
    close();
    query = text.trim().slice(0, settings.longest.query);
    if (!query) return field.focus();
    field.value = query;
    panel.query = query;
    searching?.abort();
    const mine = (searching = new AbortController());
    try {
      const parameters = { q: query, lang: settings.language, exact: exact ? "1" : "" };
      const answer = await waiting(() => ask("api/v1/search", { parameters, signal: mine.signal }));
      found.replaceChildren(...answered(answer, query, search));
      panel.announce(found.querySelector("[data-said]")?.textContent ?? "");
    } catch (error) {
      if (mine.signal.aborted) return;
      found.replaceChildren(troubleNotice(error, () => (field.focus(), search(text, { exact }))));
    }
  }

  /** Offer what fits the page that the visitor is at, before anything is typed. */
  async function prepare(text) {
    try {
      const answer = await ask("api/v1/search", { parameters: { q: text, lang: settings.language } });
      if (query || !answer.results?.length) return;
      found.replaceChildren(make("h2", {}, say("for_this_page")), hits(answer.results.slice(0, 4)));
    } catch {
      // Nothing was asked for, so nothing is missed.
    }
  }

  return { view, field, search, prepare, title: "" };
}

/** What to show for the answer to a search, one state at a time. */
function answered(answer, query, search) {
  const again = (words, exact) =>
    make("button", { type: "button", class: "link", click: () => search(words, { exact }) }, ...sayAbout("search_instead", "query", words));
  if (answer.state === "results" || answer.state === "corrected" || answer.state === "other_language") {
    const [first, ...others] = answer.results;
    const name = { results: "found", corrected: "found_corrected", other_language: "found_elsewhere" }[answer.state];
    const count = new Intl.NumberFormat(settings.interface).format(answer.total);
    return [
      make("p", { class: "quiet", "data-said": true }, ...sayAbout(name, "query", answer.corrected_to || query), ` ${say("count", { count })}`),
      answer.corrected_to ? make("p", {}, again(query, true)) : null,
      answer.fit === "answer" ? theAnswer(first) : null,
      answer.fit === "may_help" ? make("h2", {}, say("may_help")) : null,
      hits(answer.fit === "answer" ? others : answer.results),
      make("p", { class: "row" }, outward(siteSearch(query), say("all_results"))),
      contactOffer(query),
    ].filter(Boolean);
  }
  const hasWords = answer.state === "no_answer";
  return [
    make("p", { "data-said": true }, ...(hasWords ? sayAbout("no_answer", "query", query) : sayAbout("nothing", "query", query))),
    make("p", { class: "quiet" }, say("nothing_hint")),
    ...(answer.nearest?.length ? [make("h2", {}, say("nearest")), hits(answer.nearest)] : []),
    hasWords ? make("p", { class: "row" }, outward(siteSearch(query, { all: 1 }), say("all_results"))) : null,
    make("h2", {}, say("talk")),
    contactForm({ query }),
  ].filter(Boolean);
}

/** The passage that answers, with the article that it is from and the vote right there. */
function theAnswer(result) {
  const words = { lang: result.language ?? null, dir: "auto" };
  const lines = result.passage.split("\n").filter((line) => line.trim());
  return make("section", { class: "answer", "aria-labelledby": "answer-title" },
    make("p", { class: "answer-label" }, say("answer")),
    make("h2", { id: "answer-title", ...words }, result.heading || result.title),
    make("div", { lang: result.language ?? null, dir: result.language ? direction(result.language) : "auto" }, textBox(result.passage_html, lines.map((line) => make("p", {}, line)))),
    make("p", { class: "row" }, make("a", { href: result.url, ...words, click: (event) => inPanel(event, result) }, result.title)),
    voteBox(result));
}

function siteSearch(query, more = {}) {
  return `${HOME}search?${new URLSearchParams({ q: query, lang: settings.language, ...more })}`;
}

function hits(results) {
  return make("ul", { class: "hits", role: "list" }, ...results.map((each) => {
    const other = each.language && each.language.split("-")[0] !== settings.language.split("-")[0] ? each.language : null;
    const name = other ? new Intl.DisplayNames([settings.interface], { type: "language" }).of(other) : "";
    return make("li", {},
      make("a", { href: each.url, lang: each.language ?? null, dir: "auto", click: (event) => inPanel(event, each) }, each.title),
      name ? make("span", { class: "label" }, name) : null,
      each.passage ? make("p", { class: "passage", lang: each.language ?? null, dir: "auto" }, each.passage) : null);
  }));
}

/** Open a hit here; whoever asks for a new tab with a key gets one. */
function inPanel(event, article) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
  event.preventDefault();
  openArticle(article);
}
