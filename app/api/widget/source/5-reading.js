// Reading an article in the panel, and "Did this fix your problem?".

/** Show an article: what is known of it is its number or its address. */
async function openArticle(known) {
  const number = known.id ?? articleNumber(known.url);
  if (!number) return window.open(known.url, "_blank", "noopener");
  try {
    const language = known.language ?? settings.language;
    const article = await waiting(() => ask(`api/v1/articles/${number}`, { parameters: { lang: language } }));
    panel.show(articleView(article, known.url ? new URL(known.url).hash : ""));
  } catch (error) {
    panel.show(troubleView(error, () => openArticle(known)));
  }
}

/** A text, or other elements where it cannot be read. Its links to articles are followed in the panel. */
function textBox(html, otherwise = []) {
  const body = make("div", { class: "text", click: followInside });
  body.append(...[(html && articleText(html)) || otherwise].flat());
  for (const link of body.querySelectorAll("a[target]")) {
    if (!articleNumber(link.href)) link.append(make("span", { class: "unseen" }, ` ${say("new_tab")}`));
  }
  return body;
}

function articleView(article, hash = "") {
  const body = textBox(article.html);
  const isOther = article.language.split("-")[0] !== settings.language.split("-")[0];
  const view = make("article", {},
    isOther ? make("p", { class: "notice quiet" }, say("other_language")) : null,
    make("div", { lang: article.language, dir: direction(article.language) },
      make("h2", { id: "title", tabindex: "-1" }, article.title),
      article.short_answer ? make("p", { class: "short" }, article.short_answer) : null,
      body),
    make("p", { class: "row" }, outward(article.url, say("open_article"))),
    voteBox(article));
  const anchor = hash.slice(1);
  return { view, title: article.title, anchor: anchor && find(view, anchor) };
}

function troubleView(trouble, again) {
  return { view: make("div", {}, make("h2", { id: "title", tabindex: "-1" }, say("trouble")), troubleNotice(trouble, () => (panel.back(), again()))), title: "" };
}

function find(view, id) {
  return view.querySelector(`#${CSS.escape(decodeURIComponent(id))}`);
}

function direction(language) {
  return settings.right_to_left.includes(language.split("-")[0]) ? "rtl" : "ltr";
}

function followInside(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const address = link.getAttribute("href");
  if (address.startsWith("#")) {
    event.preventDefault();
    const place = find(event.currentTarget, address.slice(1));
    place?.setAttribute("tabindex", place.getAttribute("tabindex") ?? "-1");
    place?.focus();
    place?.scrollIntoView({ block: "start" });
  } else if (articleNumber(link.href)) {
    event.preventDefault();
    openArticle({ url: link.href });
  }
}

function voteBox(article) {
  const box = make("section", { class: "vote", "aria-labelledby": "vote-title" });
  const title = (words) => make("h3", { id: "vote-title", tabindex: "-1" }, words);
  const buttons = () => make("p", { class: "row" },
    make("button", { type: "button", class: "button grow", click: () => vote(true) }, say("yes")),
    make("button", { type: "button", class: "button grow", click: () => vote(false) }, say("no")));
  const change = () => make("details", {}, make("summary", {}, say("change_answer")), buttons());
  box.append(title(say("fixed")), buttons());
  return box;

  async function vote(isFixed, reason = null) {
    try {
      await waiting(() => sendVote(article, isFixed, reason));
      if (reason) return panel.announce(say("noted"));
      box.replaceChildren(...(isFixed ? [title(say("thanks")), change()] : unfixed()));
      box.querySelector("h3").focus();
      box.scrollIntoView({ block: "start" });
    } catch (error) {
      box.querySelector(".notice")?.remove();
      box.append(troubleNotice(error, () => vote(isFixed, reason)));
    }
  }

  function unfixed() {
    const reasons = Object.entries(settings.reasons).map(([reason, words]) =>
      make("button", { type: "button", class: "choice", "aria-pressed": "false", click: (event) => {
        for (const each of event.target.parentNode.children) each.setAttribute("aria-pressed", String(each === event.target));
        vote(false, reason);
      } }, words));
    return [
      title(say("what_went_wrong")),
      make("div", { class: "choices", role: "group", "aria-labelledby": "vote-title" }, ...reasons),
      make("h3", {}, say("talk")),
      contactForm({ article, query: panel.query }),
      change(),
    ];
  }
}

/** Votes need no cookie: the first one gives a random text, which this page keeps to let its reader change a vote. */
async function sendVote(article, isFixed, reason) {
  const path = `api/v1/articles/${article.id}/votes`;
  const voter = kept(VOTER);
  const known = voter ? { voter } : {};
  if (reason && voter) return ask(`${path}/reason`, { body: { ...known, language: article.language, reason } });
  const said = await ask(path, { body: { ...known, fixed: isFixed, language: article.language, query: panel.query.slice(0, 300) } });
  keep(VOTER, said.voter);
}
