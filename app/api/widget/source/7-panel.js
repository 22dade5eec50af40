// The button on the page and the panel behind it: a modal dialog in a shadow root, which the page's own styles do not reach.

class Panel {
  constructor() {
    this.query = "";
    this.views = [];
    this.host = document.createElement("help-widget");
    root = this.host.attachShadow({ mode: "open" });
    dress(root);
    this.title = make("p", { class: "name", id: "name" }, settings.site.name);
    this.backButton = make("button", { type: "button", class: "plain", "aria-label": say("back"), hidden: true, click: () => this.back() }, icon("back"));
    const contact = make("button", { type: "button", class: "link", click: () => this.show(contactView(this.query)) }, say("contact"));
    this.main = make("div", { class: "main", tabindex: "-1" });
    this.busy = make("p", { class: "busy", hidden: true }, say("waiting"));
    this.status = make("p", { class: "unseen", role: "status" });
    this.dialog = make("dialog", { "aria-labelledby": "name", cancel: (event) => this.cancelled(event), close: () => this.closed() },
      make("div", { class: "head" }, this.backButton, this.title,
        make("button", { type: "button", class: "plain", "aria-label": say("close"), click: () => this.close() }, icon("close"))),
      this.busy, this.main,
      make("div", { class: "foot" }, contact, outward(HOME, say("open_site"))),
      this.status);
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.close());
    const theme = ["light", "dark"].includes(OPTIONS.theme) ? OPTIONS.theme : "auto";
    this.frame = make("div", { class: `frame ${theme} ${side()}`, lang: settings.interface, dir: settings.direction }, this.dialog);
    root.append(this.frame);
    // What is typed here is no shortcut of the page's.
    for (const name of ["keydown", "keyup", "keypress"]) root.addEventListener(name, (event) => event.stopPropagation());
    if (OPTIONS.button !== "none") this.addButton();
  }

  addButton() {
    this.button = make("button", { type: "button", class: "opener", "aria-haspopup": "dialog", "aria-expanded": "false", click: () => this.open("", this.button) },
      icon("help"), make("span", {}, OPTIONS.label || say("help")));
    this.frame.prepend(this.button);
  }

  attach() {
    if (!this.host.isConnected) document.body.append(this.host);
  }

  /** Open the panel; `opener` is what was pressed, and gets the focus back. */
  open(query, opener) {
    this.attach();
    if (!this.dialog.open) {
      this.opener = opener ?? document.activeElement;
      this.dialog.showModal();
      this.button?.setAttribute("aria-expanded", "true");
    }
    if (!this.search) {
      this.search = searchView();
      this.views = [this.search];
      this.draw(this.search);
      if (OPTIONS.query && !query) this.search.prepare(OPTIONS.query);
    }
    if (query) {
      this.draw((this.views = [this.search])[0]);
      this.search.search(String(query));
    }
    if (this.views.length === 1) this.search.field.focus();
  }

  close() {
    this.dialog.close();
  }

  closed() {
    this.button?.setAttribute("aria-expanded", "false");
    this.opener?.focus();
  }

  cancelled(event) {
    if (this.search?.field.getAttribute("aria-expanded") === "true") event.preventDefault();
  }

  show(view) {
    this.views.push(view);
    this.draw(view);
    view.view.querySelector("#title")?.focus({ preventScroll: true });
    this.main.scrollTop = 0;
    if (view.anchor) view.anchor.scrollIntoView({ block: "start" });
  }

  back() {
    this.views.pop();
    const view = this.views.at(-1);
    this.draw(view);
    this.main.scrollTop = view.scrolled ?? 0;
    (view.field ?? view.view.querySelector("#title"))?.focus({ preventScroll: true });
  }

  draw(view) {
    const before = this.views.find((each) => each.view === this.main.firstChild);
    if (before && before !== view) before.scrolled = this.main.scrollTop;
    this.backButton.hidden = this.views.length < 2;
    this.main.replaceChildren(view.view);
  }

  wait(isWaiting) {
    this.busy.hidden = !isWaiting;
    this.main.setAttribute("aria-busy", String(isWaiting));
    if (isWaiting) this.announce(say("waiting"));
  }

  announce(words) {
    this.status.textContent = words;
  }
}

/** Which side of the window: as asked for, or else where the page's lines end. */
function side() {
  if (["left", "right"].includes(OPTIONS.position)) return OPTIONS.position;
  return getComputedStyle(document.documentElement).direction === "rtl" ? "left" : "right";
}

/** Style sheets made by script, which no content policy of the page forbids. */
function dress(shadow) {
  const colours = (scheme) => Object.entries(settings.colours[scheme]).map(([name, value]) => `--${name}:${value}`).join(";");
  const light = `color-scheme:light;${colours("light")}`;
  const dark = `color-scheme:dark;${colours("dark")}`;
  const own = `.frame{${light}}@media (prefers-color-scheme:dark){.frame.auto{${dark}}}.frame.dark{${dark}}`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(own + STYLE);
  shadow.adoptedStyleSheets = [sheet];
}
