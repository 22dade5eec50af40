// Reaching a person without leaving the page: every way there is, and a form that already knows what was tried.

function contactOffer(query) {
  return make("p", { class: "row" }, make("button", { type: "button", class: "link", click: () => panel.show(contactView(query)) }, say("not_found_contact")));
}

function contactView(query = "") {
  return { view: make("div", {}, make("h2", { id: "title", tabindex: "-1" }, say("contact")), contactForm({ query })), title: say("contact") };
}

/** The ways to a person; with a form when the site takes messages. */
function contactForm({ query = "", article = null } = {}) {
  const ways = make("ul", { class: "ways", role: "list" }, ...settings.contact.ways.map((way) =>
    make("li", {}, `${way.words} `, make("a", { href: way.address, dir: "auto", ...(way.opens ? { target: "_blank", rel: "noopener" } : {}) }, way.label))));
  const hours = settings.contact.hours ? make("p", { class: "quiet" }, settings.contact.hours) : null;
  if (!settings.contact.form) return make("div", {}, ways, hours, make("p", {}, outward(settings.contact.page, say("open_contact"))));
  const key = Math.random().toString(36).slice(2);
  const message = make("textarea", { id: `message-${key}`, name: "message", rows: "4", required: true, maxlength: settings.longest.message, dir: "auto" });
  message.value = query;
  const email = make("input", { id: `email-${key}`, name: "email", type: "email", autocomplete: "email", required: true, maxlength: "254", dir: "ltr" });
  const along = make("input", { type: "checkbox", checked: true, name: "with_trail" });
  const errors = { message: make("p", { class: "error", id: `message-error-${key}`, hidden: true }), email: make("p", { class: "error", id: `email-error-${key}`, hidden: true }) };
  const failed = make("div");
  const token = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36).padStart(2, "0")).join("");
  const form = make("form", { class: "contact", novalidate: true, submit: send },
    make("div", {}, make("label", { for: message.id }, say("message")), errors.message, message),
    make("div", {}, make("label", { for: email.id }, say("email")), errors.email, email),
    make("label", { class: "check" }, along, make("span", {}, say("send_along"))),
    failed,
    make("button", { type: "submit", class: "button primary wide" }, say("send")));
  const whole = make("div", {}, ways, hours, form);
  return whole;

  async function send(event) {
    event.preventDefault();
    problem(message, message.value.trim() ? "" : say("message_missing"));
    problem(email, !email.value.trim() ? say("email_missing") : email.validity.typeMismatch ? say("email_wrong") : "");
    const first = [message, email].find((each) => each.getAttribute("aria-invalid") === "true");
    if (first) return first.focus();
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    failed.replaceChildren();
    try {
      sent(await waiting(() => ask("api/v1/requests", { body: written() })));
    } catch (error) {
      if (error.kind === "invalid" && error.problems.length) tell(error.problems);
      else failed.replaceChildren(troubleNotice(error, () => form.requestSubmit()));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  function written() {
    const body = {
      message: message.value.trim(), email: email.value.trim(), with_trail: along.checked, form_token: token,
      language: article?.language ?? settings.language,
    };
    if (query) body.query = query.slice(0, 300);
    if (article) Object.assign(body, { article: article.id, revision: article.revision });
    return body;
  }

  function problem(field, words) {
    const place = errors[field.name];
    place.textContent = words;
    place.hidden = !words;
    if (words) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (words) field.setAttribute("aria-describedby", place.id);
    else field.removeAttribute("aria-describedby");
  }

  function tell(problems) {
    const rest = [];
    for (const each of problems) {
      const field = { message, email }[each.field];
      if (field) problem(field, each.message);
      else rest.push(each.message);
    }
    if (rest.length) failed.replaceChildren(make("p", { class: "notice", role: "alert" }, rest.join(" ")));
    form.querySelector("[aria-invalid]")?.focus();
  }

  function sent(answer) {
    const thanks = make("div", { class: "notice good" },
      make("h3", { tabindex: "-1" }, say("sent")),
      make("p", {}, ...sayAbout("reference", "reference", answer.reference)),
      make("p", {}, ...sayAbout("answer_goes_to", "email", email.value.trim())));
    whole.replaceChildren(thanks);
    thanks.querySelector("h3").focus();
  }
}
