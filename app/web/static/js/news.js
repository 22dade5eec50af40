// News that a reader has put away stay away in this browser. No module on purpose: it runs before what stands below is
// drawn, so nothing moves. Without it, or without storage, the news just stay.

(() => {
  const key = "news-put-away";

  function putAway() {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return [];
    }
  }

  const known = putAway();
  for (const banner of document.querySelectorAll("[data-news]")) {
    if (known.includes(banner.dataset.news)) {
      banner.hidden = true;
      continue;
    }
    const button = banner.querySelector(".banner-close");
    button.classList.remove("needs-script");
    button.addEventListener("click", () => {
      banner.hidden = true;
      document.getElementById("main").focus({ preventScroll: true });
      try {
        localStorage.setItem(key, JSON.stringify([...putAway(), banner.dataset.news].slice(-30)));
      } catch {
        // Storage is closed: it is away for this page at least.
      }
    });
  }
})();
