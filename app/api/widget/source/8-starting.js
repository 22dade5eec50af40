// Starting: the settings and words come from the help site, then the button stands on the page.

let starting = null;

/** The panel, once its words are here. Raises Trouble when the help site does not answer; asking again tries again. */
function ready() {
  starting ??= ask("widget/settings.json", { parameters: { lang: OPTIONS.language || document.documentElement.lang, color: OPTIONS.color } }).then(
    (answer) => {
      settings = answer;
      panel = new Panel();
      panel.attach();
    },
    (error) => {
      starting = null;
      throw error;
    },
  );
  return starting;
}

/** Open the panel. While the help site cannot be reached there are no words to show, so its address is opened instead. */
function open(query = "", opener = null) {
  ready().then(() => panel.open(query, opener), () => window.open(HOME, "_blank", "noopener"));
}

function close() {
  panel?.close();
}

if (OPTIONS.openOn) {
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest(OPTIONS.openOn);
    if (!opener) return;
    event.preventDefault();
    open(opener.dataset.query ?? "", opener);
  });
}

Object.defineProperty(window, "HelpWidget", { value: Object.freeze({ open: (query) => open(query), close }) });
const begin = () => ready().catch(() => window.addEventListener("online", begin, { once: true }));
if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin, { once: true });
