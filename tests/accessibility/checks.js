// Questions to a page that a test looks at; see checks.py. Each gives what is wrong, in words.
window.checks = {
  // Headings, landmarks, title, language, the place of contact, and the size of what is pressed most.
  structure() {
    const wrong = [];
    const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen");
    const all = (selector) => [...document.querySelectorAll(selector)];
    const levels = all("h1, h2, h3, h4, h5, h6").filter((each) => each.checkVisibility());
    if (levels.filter((each) => each.tagName === "H1").length !== 1) wrong.push("there is not exactly one h1");
    levels.reduce((before, each) => {
      const level = Number(each.tagName[1]);
      if (level > before + 1) wrong.push(`h${level} after h${before}: ${each.textContent.trim()}`);
      return level;
    }, 0);
    for (const part of ["header", "main", "footer"])
      if (all(`body > ${part}`).length !== 1) wrong.push(`there is not one ${part}`);
    const names = all("nav").map((each) => each.getAttribute("aria-label") ?? each.getAttribute("aria-labelledby"));
    if (new Set(names).size !== names.length || names.includes(null)) wrong.push(`navigations are named alike: ${names}`);
    const root = document.documentElement;
    if (!root.lang) wrong.push("no language");
    if (root.dir !== (root.lang === "ar" ? "rtl" : "ltr")) wrong.push(`${root.lang} runs ${root.dir}`);
    if (!/ – Help centre$/.test(document.title) && document.title !== "Help centre") wrong.push(`title ${document.title}`);
    const skip = document.querySelector("a");
    if (skip?.getAttribute("href") !== "#main") wrong.push("the first link does not lead past the head");
    // WCAG 3.2.6: help in the same place, first in the order of the head and of the foot.
    if (!all("header.site-header a").at(-1)?.matches("a.contact-link[href^='/contact']"))
      wrong.push("contact does not stand at the end of the head");
    if (!document.querySelector("footer.site-footer a")?.matches("[href='/contact']"))
      wrong.push("contact does not stand at the beginning of the foot");
    for (const each of all("#vote form:not(.ask) button[name=fixed], [role=option], .button-main").filter(seen)) {
      const box = each.getBoundingClientRect();
      if (box.height < 43.5 || box.width < 43.5) wrong.push(`${box.width} × ${box.height}: ${each.textContent.trim()}`);
    }
    return wrong;
  },

  // What is wider than the window, or cut off.
  fits() {
    const wrong = [];
    const root = document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    if (over > 0) {
      const wide = [...document.querySelectorAll("main *, header *, footer *")].filter(
        (each) => each.getBoundingClientRect().right > root.clientWidth + 1 || each.getBoundingClientRect().left < -1);
      wrong.push(`${over} px too wide: ${wide.slice(0, 3).map((each) => each.outerHTML.slice(0, 80))}`);
    }
    for (const each of document.querySelectorAll("h1, h2, h3, p, a, button, label, summary, li, dt, dd, td, th, legend")) {
      if (!each.checkVisibility() || each.closest(".unseen, .suggestions, pre")) continue;
      const style = getComputedStyle(each);
      const isCut = each.scrollWidth > each.clientWidth + 1 && style.overflowX !== "visible" && style.overflowX !== "auto";
      const isLow = each.scrollHeight > each.clientHeight + 1 && style.overflowY === "hidden";
      if ((isCut || isLow) && style.display !== "inline") wrong.push(`cut off: ${each.outerHTML.slice(0, 120)}`);
    }
    return wrong;
  },

  // What has focus: its name, and what is wrong with how it is seen.
  focused() {
    const target = document.activeElement;
    const box = target.getBoundingClientRect();
    const name = `${target.tagName} ${(target.textContent || target.name || "").trim().slice(0, 40)}`;
    const places = [0.1, 0.5, 0.9].map((x) => [box.left + box.width * x, box.top + box.height / 2]);
    const isCovered = (place) => {
      const top = document.elementFromPoint(...place);
      return !(top && (target.contains(top) || top.contains(target) || top.closest("label")?.contains(target)));
    };
    const isMarked = (each, part) => {
      const style = getComputedStyle(each, part);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
    };
    // A card or a line is marked as a whole.
    const marks = [[target], [target, "::after"], [target.parentElement], [target.closest("li")]];
    const wrong = [];
    if (box.width < 2 || box.height < 2) wrong.push("cannot be seen");
    else if (places.every(isCovered)) wrong.push("is covered");
    if (!marks.some(([each, part]) => each && isMarked(each, part))) wrong.push("is not marked");
    return [name, ...wrong];
  },
};
