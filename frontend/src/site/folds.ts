// A link to something that is folded, or to the row of an indicator, opens it.
const STILL_MS = 4000;

function unfold(): void {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!found) return;
  const own = found.matches(".card") ? found.querySelector<HTMLDetailsElement>(":scope > .fold") : null;
  for (let fold = own ?? found.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  found.scrollIntoView();
  keepInSight(found);
}

/** A map that fills above would push it away: until the reader does something, it stays where it was brought. */
function keepInSight(found: Element): void {
  const grown = new ResizeObserver(() => found.scrollIntoView({ behavior: "instant" }));
  const stop = (): void => grown.disconnect();
  grown.observe(document.body);
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(kind, stop, { once: true, passive: true });
  setTimeout(stop, STILL_MS);
}

export function unfoldForLinks(): void {
  addEventListener("hashchange", unfold);
  // The address stays the same where a reader follows a link again after closing the fold.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href^='#']") : null;
    if (link?.hash && link.hash === location.hash) unfold();
  });
  if (location.hash) unfold();
}
