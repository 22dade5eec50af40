// Tells the site for how long an article was in sight, and takes the mark of the search out of the address, so that
// nobody passes it on. Browsers that ask not to be followed tell nothing.

{
  const ENOUGH = 20000; // milliseconds after which an article counts as read
  const LEAST = 1000;
  const page = document.querySelector("[data-read]");
  const asksForPrivacy = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;

  cleanAddress();
  if (page && navigator.sendBeacon && !asksForPrivacy) {
    if (document.prerendering) document.addEventListener("prerenderingchange", () => watch(page), { once: true });
    else watch(page);
  }

  function watch(read) {
    let seen = 0; // milliseconds in sight before the present look
    let since = null;
    let told = 0;
    let timer = 0;

    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("pagehide", () => {
      stop();
      tell();
    });
    addEventListener("pageshow", look);

    function look() {
      clearTimeout(timer);
      if (document.visibilityState === "visible") {
        if (since === null) since = performance.now();
        if (seen < ENOUGH) timer = setTimeout(tell, ENOUGH - seen + 50);
      } else {
        stop();
        tell();
      }
    }

    function stop() {
      clearTimeout(timer);
      if (since !== null) seen += performance.now() - since;
      since = null;
    }

    function tell() {
      const total = seen + (since === null ? 0 : performance.now() - since);
      if (total < LEAST || total - told < LEAST) return;
      told = total;
      const fields = new URLSearchParams({ read: read.dataset.read, seconds: String(Math.floor(total / 1000)) });
      navigator.sendBeacon("/beacon", fields);
    }
  }

  function cleanAddress() {
    const address = new URL(location.href);
    if (!address.searchParams.has("from")) return;
    address.searchParams.delete("from");
    history.replaceState(history.state, "", address);
  }
}
